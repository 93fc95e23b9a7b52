import { inverseNorm } from './distance.ts';
import { assertNewVectors, VectorIndexError } from './vector-index.ts';

/**
 * Rows of a block: 2.6 MB at 1,280 dimensions. A full block is never copied when the table grows, and a chunk of the store is
 * one, so that it can be taken over as it comes.
 */
export const BLOCK_ROWS = 512;

/** Rows that lie together in memory. */
export interface VectorBlock {
  /** [BLOCK_ROWS, dim] float32, of which the first `rows` are in use */
  readonly data: Float32Array;
  /** [BLOCK_ROWS] ids */
  readonly ids: Uint32Array;
  /** [BLOCK_ROWS] float64, 1/|v| */
  readonly inverseNorms: Float64Array;
  readonly rows: number;
}

/**
 * The vectors of a collection in memory, under their ids. Both measures search the same table, so a collection is in
 * memory once. Rows have no order: a removal moves the last row into the gap.
 */
export class VectorTable {
  readonly dim: number;
  readonly #blocks: { data: Float32Array; ids: Uint32Array; inverseNorms: Float64Array; rows: number }[] = [];
  readonly #rowOf = new Map<number, number>();

  /**
   * An empty table.
   *
   * @param dim numbers in a vector, ≥ 1
   */
  constructor(dim: number) {
    if (!Number.isInteger(dim) || dim < 1)
      throw new VectorIndexError('bad-shape', -1, `a dimension of at least 1 expected, found ${dim}`);
    this.dim = dim;
  }

  /**
   * How many vectors it holds.
   *
   * @returns ≥ 0
   */
  get size(): number {
    return this.#rowOf.size;
  }

  /**
   * The blocks, for a scan.
   *
   * @returns all rows; valid until the next change
   */
  get blocks(): readonly VectorBlock[] {
    return this.#blocks;
  }

  /**
   * All ids.
   *
   * @returns in no order that means anything
   */
  ids(): IterableIterator<number> {
    return this.#rowOf.keys();
  }

  has(id: number): boolean {
    return this.#rowOf.has(id);
  }

  /**
   * A stored vector.
   *
   * @param id its id
   * @returns [dim] float32, a view that is valid until the next change; undefined when there is none
   */
  vector(id: number): Float32Array | undefined {
    const row = this.#rowOf.get(id);
    if (row === undefined) return undefined;
    const offset = (row % BLOCK_ROWS) * this.dim;
    return this.#block(row).data.subarray(offset, offset + this.dim);
  }

  /**
   * Copies vectors out, e.g. to hand them to a worker.
   *
   * @param ids ids [N], all in the table
   * @returns [N, dim] float32, owned by the caller
   * @throws VectorIndexError when an id is not in the table
   */
  gather(ids: ArrayLike<number>): Float32Array<ArrayBuffer> {
    const out = new Float32Array(ids.length * this.dim);
    for (let i = 0; i < ids.length; i += 1) {
      const id = ids[i] ?? -1;
      const vector = this.vector(id);
      if (vector === undefined) throw new VectorIndexError('bad-id', id, `there is no vector of id ${id}`);
      out.set(vector, i * this.dim);
    }
    return out;
  }

  /**
   * Adds vectors, all of them or none.
   *
   * @param ids [N] integers in [0, 2^32), none in the table and none twice
   * @param vectors [N, dim] float32, finite; copied
   * @throws VectorIndexError naming the first id that is wrong
   */
  add(ids: ArrayLike<number>, vectors: Float32Array): void {
    assertNewVectors({ ids, vectors, dim: this.dim, has: (id) => this.has(id) });
    for (let i = 0; i < ids.length; i += 1) {
      const row = this.#rowOf.size;
      if (row === this.#blocks.length * BLOCK_ROWS) this.#grow();
      this.#write(row, ids[i] ?? 0, vectors.subarray(i * this.dim, (i + 1) * this.dim));
      this.#block(row).rows += 1;
    }
  }

  /**
   * Adds vectors like `add`, and keeps the array itself where it is a whole block.
   *
   * @param ids [N] integers in [0, 2^32), none in the table and none twice
   * @param vectors [N, dim] float32, finite; the table's from now on
   * @throws VectorIndexError naming the first id that is wrong
   */
  take(ids: ArrayLike<number>, vectors: Float32Array): void {
    const rows = this.#rowOf.size;
    if (ids.length !== BLOCK_ROWS || rows !== this.#blocks.length * BLOCK_ROWS) {
      this.add(ids, vectors);
      return;
    }
    assertNewVectors({ ids, vectors, dim: this.dim, has: (id) => this.has(id) });
    const inverseNorms = Float64Array.from(ids, (_, at) =>
      inverseNorm(vectors.subarray(at * this.dim, (at + 1) * this.dim)),
    );
    this.#blocks.push({ data: vectors, ids: Uint32Array.from(ids), inverseNorms, rows: BLOCK_ROWS });
    for (let at = 0; at < BLOCK_ROWS; at += 1) this.#rowOf.set(ids[at] ?? 0, rows + at);
  }

  /**
   * Removes vectors; an id that is not in the table is passed over.
   *
   * @param ids the ids to remove
   */
  remove(ids: ArrayLike<number>): void {
    for (const id of Array.from(ids)) this.#removeOne(id);
  }

  #removeOne(id: number): void {
    const row = this.#rowOf.get(id);
    if (row === undefined) return;
    const last = this.#rowOf.size - 1;
    const from = this.#block(last);
    const lastId = from.ids[last % BLOCK_ROWS] ?? 0;
    const lastVector = this.vector(lastId);
    this.#rowOf.delete(id);
    from.rows -= 1;
    if (lastVector !== undefined && lastId !== id) this.#write(row, lastId, lastVector);
    if (from.rows === 0) this.#blocks.pop();
  }

  #write(row: number, id: number, vector: Float32Array): void {
    const block = this.#block(row);
    const at = row % BLOCK_ROWS;
    block.data.set(vector, at * this.dim);
    block.ids[at] = id;
    block.inverseNorms[at] = inverseNorm(vector);
    this.#rowOf.set(id, row);
  }

  #grow(): void {
    this.#blocks.push({
      data: new Float32Array(BLOCK_ROWS * this.dim),
      ids: new Uint32Array(BLOCK_ROWS),
      inverseNorms: new Float64Array(BLOCK_ROWS),
      rows: 0,
    });
  }

  #block(row: number): { data: Float32Array; ids: Uint32Array; inverseNorms: Float64Array; rows: number } {
    const block = this.#blocks[Math.floor(row / BLOCK_ROWS)];
    if (block === undefined) throw new RangeError(`row ${row} of ${this.#rowOf.size}`);
    return block;
  }
}
