/**
 * hnswlib's own file holds a copy of every vector: 97 % of its bytes at 1,280 dimensions. The vectors are kept already,
 * once, by the library. So what is kept of a graph is its file without them, and the file is put together again, byte
 * for byte, from the links and the library's vectors.
 *
 * The file (little endian; `saveIndex` of hnswlib 0.7 as compiled into hnswlib-wasm 0.8.2, 32-bit sizes):
 *
 *     header    56 bytes, see `readHeader`
 *     element   count times: links of level 0 [4 + 4·maxM0 bytes], vector [4·dim bytes], label [4 bytes]
 *     upper     count times: byte length, links of the levels above 0
 *
 * The third byte of an element's links is 1 when it is deleted. Labels are given in the order of insertion, so an
 * element's label is its position.
 */

export const HEADER_BYTES = 56;
export const LABEL_BYTES = 4;
export const LINK_BYTES = 4;
/** Of an element's links: u16 count, u8 deletion mark, u8 unused. */
const DELETED_BYTE = 2;

/** A graph without the vectors that are kept elsewhere. */
export interface GraphLinks {
  /** [56] the file's header */
  readonly header: Uint8Array<ArrayBuffer>;
  /** [count · (4 + 4·maxM0)] the links of level 0 with the marks of deletion */
  readonly links: Uint8Array<ArrayBuffer>;
  /** [any] the links of the levels above */
  readonly upper: Uint8Array<ArrayBuffer>;
  /** [deleted, dim] float32: nobody else keeps the vectors of deleted elements, and the graph walks through them */
  readonly deadVectors: Float32Array<ArrayBuffer>;
}

/** What the two sides must agree on. */
export interface GraphShape {
  readonly dim: number;
  /** Links of an element above level 0; level 0 has twice as many. */
  readonly m: number;
  readonly efConstruction: number;
}

/** The numbers of a file's header that say where things are. */
export interface GraphHeader {
  readonly count: number;
  readonly elementBytes: number;
  readonly linkBytes: number;
  readonly maxM0: number;
}

/** A graph file that is not what it should be. */
export class GraphFileError extends Error {
  override readonly name = 'GraphFileError';
  readonly code = 'bad-graph-file';
}

/**
 * Reads and checks a file's header.
 *
 * @param bytes [56]
 * @param shape what it must agree with
 * @returns where things are in the file
 * @throws GraphFileError when it is the header of another graph
 */
export function readHeader(bytes: Uint8Array, shape: GraphShape): GraphHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (index: number): number => view.getUint32(4 * index, true);
  const [offsetLevel0, count, elementBytes, labelOffset, offsetData] = [
    word(0),
    word(2),
    word(3),
    word(4),
    word(5),
  ];
  const [maxLevel, entry, maxM, maxM0, m, efConstruction] = [
    word(6),
    word(7),
    word(8),
    word(9),
    word(10),
    word(13),
  ];
  const linkBytes = LINK_BYTES + LINK_BYTES * 2 * shape.m;
  const fits =
    offsetLevel0 === 0 &&
    offsetData === linkBytes &&
    labelOffset === linkBytes + 4 * shape.dim &&
    elementBytes === labelOffset + LABEL_BYTES &&
    (count === 0 || (entry < count && maxLevel < 64)) &&
    maxM === shape.m &&
    maxM0 === 2 * shape.m &&
    m === shape.m &&
    efConstruction === shape.efConstruction;
  if (!fits) throw new GraphFileError('the header is that of another graph');
  return { count, elementBytes, linkBytes, maxM0 };
}

/**
 * Takes the file as hnswlib writes it, piece by piece, and keeps all but the vectors of living elements, so that the
 * file is never in memory as a whole.
 */
export class LinkCollector {
  readonly #shape: GraphShape;
  readonly #headerBytes = new Uint8Array(HEADER_BYTES);
  readonly #dead: Uint8Array<ArrayBuffer>[] = [];
  readonly #upper: Uint8Array<ArrayBuffer>[] = [];
  #header: GraphHeader | undefined;
  #links = new Uint8Array(0);
  #position = 0;

  /**
   * Ready for a file.
   *
   * @param shape what the file must agree with
   */
  constructor(shape: GraphShape) {
    this.#shape = shape;
  }

  /**
   * Takes the next bytes of the file.
   *
   * @param bytes of any length; copied where they are kept
   * @throws GraphFileError when the file is of another shape
   */
  write(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) {
      const taken = this.#take(rest);
      this.#position += taken;
      rest = rest.subarray(taken);
    }
  }

  /**
   * What was kept.
   *
   * @returns the links, owned by the caller
   * @throws GraphFileError when the file ended early
   */
  finish(): GraphLinks {
    const header = this.#header;
    if (header === undefined || this.#position < HEADER_BYTES + header.count * header.elementBytes)
      throw new GraphFileError('the file ends early');
    const dead = concat(this.#dead);
    return {
      header: this.#headerBytes,
      links: this.#links,
      upper: concat(this.#upper),
      deadVectors: new Float32Array(dead.buffer),
    };
  }

  // Takes as many bytes as belong to one field, and says how many.
  #take(bytes: Uint8Array): number {
    if (this.#position < HEADER_BYTES) {
      const part = bytes.subarray(0, HEADER_BYTES - this.#position);
      this.#headerBytes.set(part, this.#position);
      if (this.#position + part.length === HEADER_BYTES) {
        this.#header = readHeader(this.#headerBytes, this.#shape);
        this.#links = new Uint8Array(this.#header.count * this.#header.linkBytes);
      }
      return part.length;
    }
    const header = this.#header;
    if (header === undefined) throw new GraphFileError('no header');
    const offset = this.#position - HEADER_BYTES;
    const element = Math.floor(offset / header.elementBytes);
    if (element >= header.count) {
      this.#upper.push(bytes.slice());
      return bytes.length;
    }
    const within = offset % header.elementBytes;
    const labelOffset = header.elementBytes - LABEL_BYTES;
    if (within < header.linkBytes) {
      const part = bytes.subarray(0, header.linkBytes - within);
      this.#links.set(part, element * header.linkBytes + within);
      return part.length;
    }
    if (within < labelOffset) {
      const part = bytes.subarray(0, labelOffset - within);
      if (isDeleted(this.#links, header.linkBytes, element)) this.#dead.push(part.slice());
      return part.length;
    }
    const part = bytes.subarray(0, header.elementBytes - within);
    for (let i = 0; i < part.length; i += 1)
      if (part[i] !== byteOf(element, within - labelOffset + i))
        throw new GraphFileError(`element ${element} has the label of another`);
    return part.length;
  }
}

/**
 * Where the deleted elements are.
 *
 * @param kept a graph
 * @returns positions, ascending
 */
export function deletedPositions(kept: GraphLinks): number[] {
  const count = new DataView(kept.header.buffer, kept.header.byteOffset).getUint32(8, true);
  const linkBytes = count === 0 ? 0 : kept.links.length / count;
  return Array.from({ length: count }, (_, i) => i).filter((i) => isDeleted(kept.links, linkBytes, i));
}

function isDeleted(links: Uint8Array, linkBytes: number, element: number): boolean {
  return ((links[element * linkBytes + DELETED_BYTE] ?? 0) & 1) === 1;
}

/**
 * A byte of an unsigned 32-bit number in little-endian order.
 *
 * @param value the number
 * @param index which byte, 0–3
 * @returns 0–255
 */
export function byteOf(value: number, index: number): number {
  return (value >>> (8 * index)) & 0xff;
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
