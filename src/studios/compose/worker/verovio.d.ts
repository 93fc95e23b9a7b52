/** What is used of Verovio, which brings no types. https://book.verovio.org/toolkit-reference/toolkit-methods.html */
declare module 'verovio/wasm' {
  /** The compiled library; it carries its WebAssembly within itself. */
  const createVerovioModule: () => Promise<object>;
  export default createVerovioModule;
}

declare module 'verovio/esm' {
  export class VerovioToolkit {
    constructor(module: object);
    setOptions(options: Readonly<Record<string, string | number | boolean>>): boolean;
    /** @returns 0 when it is no music that it knows */
    loadData(data: string): number;
    getPageCount(): number;
    /** @param page from 1 */
    renderToSVG(page: number): string;
    /** A MIDI file in base64. */
    renderToMIDI(): string;
    getLog(): string;
  }
}
