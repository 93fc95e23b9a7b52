/** A picture's header that cannot be read; the message says what was expected and what was found. */
export class HeaderError extends Error {
  override readonly name = 'HeaderError';
}

/** Reads numbers out of bytes from outside: beyond the end is a HeaderError, never `undefined`. */
export class ByteReader {
  readonly length: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;

  /**
   * Wraps bytes without copying them.
   *
   * @param bytes the file, or its beginning
   * @param what the file's type, for messages
   */
  constructor(bytes: Uint8Array, what: string) {
    this.length = bytes.length;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  // A part of these bytes, its positions counted from its own beginning; cut where the bytes end.
  part(at: number, length: number): ByteReader {
    return new ByteReader(this.#bytes.subarray(at, at + length), this.#what);
  }

  u8(at: number): number {
    return this.#view.getUint8(this.#checked(at, 1));
  }

  u16(at: number, littleEndian = false): number {
    return this.#view.getUint16(this.#checked(at, 2), littleEndian);
  }

  u24le(at: number): number {
    return this.u16(at, true) + this.u8(at + 2) * 0x10000;
  }

  u32(at: number, littleEndian = false): number {
    return this.#view.getUint32(this.#checked(at, 4), littleEndian);
  }

  i32le(at: number): number {
    return this.#view.getInt32(this.#checked(at, 4), true);
  }

  // Bytes as Latin-1 characters; fewer than asked for where the bytes end.
  text(at: number, length: number): string {
    return String.fromCharCode(...this.#bytes.subarray(at, at + length));
  }

  #checked(at: number, length: number): number {
    if (at + length > this.length) {
      throw new HeaderError(`${this.#what}: expected more than ${this.length} bytes, the file ends there`);
    }
    return at;
  }
}
