import makeModule, { type Hnsw, type HnswModule } from 'hnswlib-wasm/lib/hnswlib.mjs';
import wasmUrl from 'virtual:hnswlib.wasm?url';
import type { Metric } from '../engine/vector-index.ts';
import { HnswFiles, type ByteSink, type ByteSource } from './hnsw-files.ts';

/** A name is needed, but there is only ever one file: `HnswFiles`. */
const FILE_NAME = 'graph';

/** hnswlib's WebAssembly could not do something; its state is unknown from then on. */
export class HnswError extends Error {
  override readonly name = 'HnswError';
  readonly code = 'graph-unavailable';
}

/** hnswlib-wasm, loaded: makes graphs, and reads and writes their files where we want them. */
export class HnswLibrary {
  readonly #module: HnswModule;
  readonly #files: HnswFiles;
  readonly #memory: () => WebAssembly.Memory;

  private constructor(module: HnswModule, files: HnswFiles, memory: () => WebAssembly.Memory) {
    this.#module = module;
    this.#files = files;
    this.#memory = memory;
    // Marks the library's file system as there; `HnswFiles` keeps it from mounting anything.
    guard('setting up files', () => module.EmscriptenFileSystemManager.initializeFileSystem('IDBFS'));
  }

  /**
   * Fetches and starts the library. Every call makes an instance with a memory of its own.
   *
   * @throws HnswError when it cannot be fetched, compiled or started
   */
  static async load(): Promise<HnswLibrary> {
    const files = new HnswFiles();
    const state: { memory?: WebAssembly.Memory; module?: HnswModule } = {};
    const memory = (): WebAssembly.Memory => {
      if (state.memory === undefined) throw new HnswError('hnswlib has no memory yet');
      return state.memory;
    };
    try {
      const response = await fetch(wasmUrl);
      if (!response.ok) throw new HnswError(`hnswlib could not be fetched: HTTP ${response.status}`);
      const binary = await WebAssembly.compile(await response.arrayBuffer());
      const module = await new Promise<HnswModule>((resolve, reject) => {
        makeModule({
          print: () => undefined,
          printErr: (text) => console.warn(`hnswlib: ${text}`),
          instantiateWasm(imports, onInstance) {
            const own = files.imports(
              imports,
              () => memory().buffer,
              () => state.module?.setIdbfsSynced(true),
            );
            WebAssembly.instantiate(binary, own).then((instance) => {
              const exported = instance.exports.memory;
              if (exported instanceof WebAssembly.Memory) state.memory = exported;
              onInstance(instance);
            }, reject);
            return {};
          },
        }).then(resolve, reject);
      });
      state.module = module;
      return new HnswLibrary(module, files, memory);
    } catch (cause) {
      throw cause instanceof HnswError ? cause : new HnswError('hnswlib could not be started', { cause });
    }
  }

  /** Bytes of the library's memory, for all graphs together. */
  get heapBytes(): number {
    return this.#memory().buffer.byteLength;
  }

  /** A graph without capacity: `initIndex` or `read` comes next. */
  create(metric: Metric, dim: number): Hnsw {
    // `ip` on normalised vectors is 1 − cosine, and gives the zero vector the cosine 0.
    const space = metric === 'cosine' ? 'ip' : 'l2';
    return guard('creating a graph', () => new this.#module.HierarchicalNSW(space, dim, ''));
  }

  write(graph: Hnsw, sink: ByteSink): void {
    guard('writing a graph', () => this.#files.writing(sink, () => graph.writeIndex(FILE_NAME)));
  }

  /** Reads into a graph fresh from `create`; after a failure the graph must be thrown away. */
  read(graph: Hnsw, source: ByteSource, maxElements: number): void {
    guard('reading a graph', () =>
      this.#files.reading(source, () => graph.readIndex(FILE_NAME, maxElements)),
    );
  }
}

/**
 * Runs a call into the library.
 *
 * @throws HnswError with what C++ threw as its cause; our own errors of the files pass as they are
 */
export function guard<T>(doing: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) throw cause;
    throw new HnswError(`hnswlib failed at ${doing}`, { cause });
  }
}
