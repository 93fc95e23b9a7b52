import makeModule, { type Hnsw, type HnswModule } from 'hnswlib-wasm/lib/hnswlib.mjs';
import wasmUrl from 'virtual:hnswlib.wasm?url';
import type { Metric } from '../../../engine/vector-index.ts';
import { guard, HnswError } from '../../graph-error.ts';
import { withoutFiles } from './hnsw-files.ts';

/** hnswlib-wasm, loaded: makes graphs. */
export class HnswLibrary {
  readonly #module: HnswModule;
  readonly #memory: () => WebAssembly.Memory;

  private constructor(module: HnswModule, memory: () => WebAssembly.Memory) {
    this.#module = module;
    this.#memory = memory;
    // Marks the library's file system as there; `withoutFiles` keeps it from mounting anything.
    guard('setting up files', () => module.EmscriptenFileSystemManager.initializeFileSystem('IDBFS'));
  }

  /**
   * Fetches and starts the library. Every call makes an instance with a memory of its own.
   *
   * @throws HnswError when it cannot be fetched, compiled or started
   */
  static async load(): Promise<HnswLibrary> {
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
            const own = withoutFiles(imports, () => state.module?.setIdbfsSynced(true));
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
      return new HnswLibrary(module, memory);
    } catch (cause) {
      throw cause instanceof HnswError ? cause : new HnswError('hnswlib could not be started', { cause });
    }
  }

  /** Bytes of the library's memory, for all graphs together. */
  get heapBytes(): number {
    return this.#memory().buffer.byteLength;
  }

  /** A graph without capacity: `initIndex` comes next. */
  create(metric: Metric, dim: number): Hnsw {
    // `ip` on normalised vectors is 1 − cosine, and gives the zero vector the cosine 0.
    const space = metric === 'cosine' ? 'ip' : 'l2';
    return guard('creating a graph', () => new this.#module.HierarchicalNSW(space, dim, ''));
  }
}
