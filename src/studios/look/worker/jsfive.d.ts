/** The part of jsfive that `h5.ts` uses; the package has no types of its own. */
declare module 'jsfive' {
  export class Group {
    readonly keys: readonly string[];
    get(path: string): Group | Dataset | null;
  }
  export class File extends Group {
    constructor(bytes: ArrayBuffer, name: string);
  }
  export class Dataset {
    readonly shape: readonly number[];
    /** As NumPy writes it, e.g. `<f4`; something else for strings and references. */
    readonly dtype: unknown;
    readonly value: ArrayLike<number>;
  }
}
