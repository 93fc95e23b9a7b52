/** What we use of hnswlib-wasm's Emscripten module; the package types only its own loader. */
declare module 'hnswlib-wasm/lib/hnswlib.mjs' {
  export interface Hnsw {
    initIndex(maxElements: number, m: number, efConstruction: number, randomSeed: number): void;
    readIndex(fileName: string, maxElements: number): void;
    writeIndex(fileName: string): void;
    resizeIndex(maxElements: number): void;
    addPoints(points: readonly Float32Array[], labels: readonly number[], replaceDeleted: boolean): void;
    markDelete(label: number): void;
    searchKnn(
      query: Float32Array,
      k: number,
      filter: undefined,
    ): { readonly neighbors: number[]; readonly distances: number[] };
    getMaxElements(): number;
    getCurrentCount(): number;
    setEfSearch(ef: number): void;
    /** Frees the C++ object. */
    delete(): void;
  }

  export interface HnswModule {
    readonly HierarchicalNSW: new (space: 'l2' | 'ip', dim: number, autoSaveFile: string) => Hnsw;
    readonly EmscriptenFileSystemManager: { initializeFileSystem(type: 'IDBFS'): void };
    /** Ends a "sync" of the library's own file system. */
    setIdbfsSynced(done: boolean): void;
  }

  interface Overrides {
    print: (text: string) => void;
    printErr: (text: string) => void;
    instantiateWasm: (
      imports: WebAssembly.Imports,
      onInstance: (instance: WebAssembly.Instance) => void,
    ) => Record<string, never>;
  }

  const factory: (overrides: Overrides) => Promise<HnswModule>;
  export default factory;
}

/** The address of the WebAssembly binary that scripts/vite-hnswlib.ts takes out of the package's script. */
declare module 'virtual:hnswlib.wasm?url' {
  const url: string;
  export default url;
}
