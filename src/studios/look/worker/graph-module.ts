import hnswUrl from '../assembly/hnsw.ts?assembly';
import { HnswError } from './graph-error.ts';

/** What `assembly/hnsw.ts` exports; elements are numbers in the order of insertion, addresses are bytes of its memory. */
export interface GraphExports {
  readonly memory: WebAssembly.Memory;
  init(dim: number, space: number, m: number, efConstruction: number, seed: number, storage: number): void;
  stagingAddress(): number;
  answersAddress(): number;
  size(): number;
  entryPoint(): number;
  highestLevel(): number;
  elementAddress(element: number): number;
  upperAddress(element: number): number;
  stageElement(element: number): void;
  add(): number;
  remove(element: number): void;
  search(k: number, ef: number): number;
  restore(level: number, isDeleted: number): number;
  restored(entry: number, level: number): void;
}

/** The graph's WebAssembly, compiled: each graph is an instance with a memory of its own. */
export class GraphModule {
  readonly #module: WebAssembly.Module;
  readonly #memories = new Set<WeakRef<WebAssembly.Memory>>();

  private constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  /** @throws HnswError when it cannot be fetched or compiled */
  static async load(): Promise<GraphModule> {
    try {
      const response = await fetch(hnswUrl);
      if (!response.ok) throw new HnswError(`the graph could not be fetched: HTTP ${response.status}`);
      return new GraphModule(await WebAssembly.compile(await response.arrayBuffer()));
    } catch (cause) {
      throw cause instanceof HnswError ? cause : new HnswError('the graph could not be started', { cause });
    }
  }

  /** A graph without anything in it: `init` comes next. */
  create(): GraphExports {
    const { exports } = new WebAssembly.Instance(this.#module, {
      env: { abort: () => undefined },
    });
    const made = exports as unknown as GraphExports;
    this.#memories.add(new WeakRef(made.memory));
    return made;
  }

  /** Bytes of all graphs that are still there. */
  get heapBytes(): number {
    let sum = 0;
    for (const reference of this.#memories) {
      const memory = reference.deref();
      if (memory === undefined) this.#memories.delete(reference);
      else sum += memory.buffer.byteLength;
    }
    return sum;
  }
}
