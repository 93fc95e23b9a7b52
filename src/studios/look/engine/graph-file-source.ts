import {
  byteOf,
  deletedPositions,
  GraphFileError,
  HEADER_BYTES,
  LABEL_BYTES,
  LINK_BYTES,
  readHeader,
  type GraphHeader,
  type GraphLinks,
  type GraphShape,
} from './graph-file.ts';

/** The whole file again, for hnswlib to read at any position. */
export class GraphFileSource {
  /** Bytes of the file. */
  readonly length: number;
  /** Elements, deleted ones too. */
  readonly count: number;
  readonly #kept: GraphLinks;
  readonly #header: GraphHeader;
  readonly #vector: (position: number) => Uint8Array;

  /**
   * A file out of its parts.
   *
   * @param kept what `LinkCollector` kept; every link is checked, so that a broken one cannot lead hnswlib astray
   * @param shape what the file must agree with
   * @param alive [living, dim] float32, the vectors of the elements that are not deleted, in order of position
   * @throws GraphFileError when the parts do not fit together
   */
  constructor(kept: GraphLinks, shape: GraphShape, alive: Float32Array) {
    if (kept.header.length !== HEADER_BYTES) throw new GraphFileError('a header of another length');
    this.#header = readHeader(kept.header, shape);
    this.#kept = kept;
    const { count, elementBytes } = this.#header;
    assertLinks(kept, this.#header, shape.m);
    const dead = deletedPositions(kept);
    if (
      kept.deadVectors.length !== dead.length * shape.dim ||
      alive.length !== (count - dead.length) * shape.dim
    )
      throw new GraphFileError('a number of vectors that is not that of the elements');
    this.#vector = vectorLookup(kept, shape.dim, dead, alive);
    this.count = count;
    this.length = HEADER_BYTES + count * elementBytes + kept.upper.length;
  }

  /**
   * Copies bytes of the file.
   *
   * @param position where to begin
   * @param into filled from its start
   * @returns how many bytes were copied: fewer than asked for at the end of the file
   */
  read(position: number, into: Uint8Array): number {
    const wanted = Math.max(0, Math.min(into.length, this.length - position));
    let done = 0;
    while (done < wanted) {
      const part = this.#from(position + done);
      const length = Math.min(part.length, wanted - done);
      into.set(part.subarray(0, length), done);
      done += length;
    }
    return wanted;
  }

  // The bytes of one field from a position to the field's end.
  #from(position: number): Uint8Array {
    const { count, elementBytes, linkBytes } = this.#header;
    if (position < HEADER_BYTES) return this.#kept.header.subarray(position);
    const offset = position - HEADER_BYTES;
    const element = Math.floor(offset / elementBytes);
    if (element >= count) return this.#kept.upper.subarray(offset - count * elementBytes);
    const within = offset % elementBytes;
    if (within < linkBytes)
      return this.#kept.links.subarray(element * linkBytes + within, (element + 1) * linkBytes);
    const labelOffset = elementBytes - LABEL_BYTES;
    if (within < labelOffset) return this.#vector(element).subarray(within - linkBytes);
    return Uint8Array.from({ length: LABEL_BYTES }, (_, i) => byteOf(element, i)).subarray(
      within - labelOffset,
    );
  }
}

function vectorLookup(
  kept: GraphLinks,
  dim: number,
  dead: readonly number[],
  alive: Float32Array,
): (position: number) => Uint8Array {
  const deadRow = new Map(dead.map((position, row) => [position, row]));
  const bytesOf = (rows: Float32Array, row: number): Uint8Array =>
    new Uint8Array(rows.buffer, rows.byteOffset + 4 * dim * row, 4 * dim);
  const count = dead.length + alive.length / dim;
  const aliveRow = new Uint32Array(count);
  let next = 0;
  for (let position = 0; position < count; position += 1) {
    aliveRow[position] = next;
    if (!deadRow.has(position)) next += 1;
  }
  return (position) => {
    const row = deadRow.get(position);
    return row === undefined ? bytesOf(alive, aliveRow[position] ?? 0) : bytesOf(kept.deadVectors, row);
  };
}

function assertLinks(kept: GraphLinks, header: GraphHeader, m: number): void {
  const { count, linkBytes, maxM0 } = header;
  if (kept.links.length !== count * linkBytes)
    throw new GraphFileError('links of another number of elements');
  const level0 = new DataView(kept.links.buffer, kept.links.byteOffset, kept.links.byteLength);
  for (let element = 0; element < count; element += 1) assertList(level0, element * linkBytes, maxM0, count);

  const upper = new DataView(kept.upper.buffer, kept.upper.byteOffset, kept.upper.byteLength);
  const levelBytes = LINK_BYTES + LINK_BYTES * m;
  let at = 0;
  for (let element = 0; element < count; element += 1) {
    if (at + 4 > upper.byteLength) throw new GraphFileError('the upper levels end early');
    const bytes = upper.getUint32(at, true);
    at += 4;
    if (bytes % levelBytes !== 0 || at + bytes > upper.byteLength)
      throw new GraphFileError('the upper levels end early');
    for (let level = 0; level < bytes / levelBytes; level += 1)
      assertList(upper, at + level * levelBytes, m, count);
    at += bytes;
  }
  if (at !== upper.byteLength) throw new GraphFileError('there is something after the upper levels');
}

function assertList(view: DataView, at: number, most: number, count: number): void {
  const length = view.getUint16(at, true);
  if (length > most) throw new GraphFileError('a list of links is too long');
  for (let i = 0; i < length; i += 1)
    if (view.getUint32(at + LINK_BYTES + LINK_BYTES * i, true) >= count)
      throw new GraphFileError('a link leads nowhere');
}
