import twinsUrl from '../assembly/twins.ts?assembly';
import { LEAST_COSINE, likenessOf } from '../engine/likeness.ts';
import { HASH_BITS, MIRROR, PRINT_HASHES, PRINT_WORDS } from '../engine/print.ts';
import type { RowPair, TwinComparer } from '../engine/twin-compare.ts';
import type { Tile } from '../engine/twin-pairs.ts';

type Address = number;

/** What `assembly/twins.ts` exports. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  init(dim: number, hashes: number, bits: number): void;
  maskAddress(): Address;
  foundAddress(): Address;
  rowsAddress(): Address;
  rowBytes(): number;
  compare(
    rowFrom: number,
    rowTo: number,
    columnFrom: number,
    columnTo: number,
    leastCosine: number,
    leastLikeness: number,
  ): number;
}

const PAGE_BYTES = 65_536;
const PAIR_BYTES = 16;
/** Memory is taken for so many rows at once: growing may move it as a whole. */
const ROWS_AT_ONCE = 512;

/** The comparison of `engine/twin-compare.ts` in SIMD, in single precision. */
export class FastComparer implements TwinComparer {
  readonly #wasm: Exports;
  readonly #dim: number;
  #rows = 0;

  private constructor(wasm: Exports, dim: number) {
    this.#wasm = wasm;
    this.#dim = dim;
    wasm.init(dim, PRINT_HASHES, HASH_BITS);
    this.#room(wasm.rowsAddress());
    new Uint32Array(wasm.memory.buffer, wasm.maskAddress(), MIRROR.length).set(MIRROR);
  }

  /**
   * Fetches and starts it.
   *
   * @param dim of the embeddings
   * @throws WebAssembly.CompileError where there is no SIMD; TypeError when the file cannot be fetched
   */
  static async load(dim: number): Promise<FastComparer> {
    const response = await fetch(twinsUrl);
    if (!response.ok) throw new TypeError(`${response.status} ${response.statusText}`);
    const { instance } = await WebAssembly.instantiate(await response.arrayBuffer());
    return new FastComparer(instance.exports as unknown as Exports, dim);
  }

  get rows(): number {
    return this.#rows;
  }

  add(unit: Float32Array, hashes: Uint32Array): void {
    if (unit.length !== this.#dim || hashes.length !== PRINT_WORDS)
      throw new RangeError(
        `a row of ${this.#dim} numbers and ${PRINT_WORDS} words expected, found ${unit.length} and ${hashes.length}`,
      );
    const wasm = this.#wasm;
    const bytes = wasm.rowBytes();
    const row = wasm.rowsAddress() + this.#rows * bytes;
    if (row + bytes > wasm.memory.buffer.byteLength) this.#room(row + ROWS_AT_ONCE * bytes);
    new Float32Array(wasm.memory.buffer, row, unit.length).set(unit);
    new Uint32Array(wasm.memory.buffer, row + bytes - hashes.byteLength, hashes.length).set(hashes);
    this.#rows += 1;
  }

  compare({ rowFrom, rowTo, columnFrom, columnTo }: Tile, leastLikeness: number): RowPair[] {
    const wasm = this.#wasm;
    const count = wasm.compare(rowFrom, rowTo, columnFrom, columnTo, LEAST_COSINE, leastLikeness);
    const found = new DataView(wasm.memory.buffer, wasm.foundAddress(), count * PAIR_BYTES);
    return Array.from({ length: count }, (_, at) => {
      const from = at * PAIR_BYTES;
      const cosine = Math.min(1, found.getFloat32(from + 8, true));
      const differing = found.getUint32(from + 12, true);
      return {
        row: found.getUint32(from, true),
        column: found.getUint32(from + 4, true),
        cosine,
        differing,
        likeness: likenessOf(cosine, differing),
      };
    });
  }

  #room(end: Address): void {
    const { memory } = this.#wasm;
    const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) memory.grow(missing);
  }
}
