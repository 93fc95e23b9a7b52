import resampleUrl from '../assembly/resample.ts?assembly';
import { INPUT_SIZE } from '../engine/input-size.ts';
import { MEAN_RGB, STDDEV_RGB, type CropBox } from '../engine/preprocess.ts';
import { bicubicWeights, triangleWeights, type Weights } from '../engine/resample.ts';

type Address = number;

/** What `assembly/resample.ts` exports. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  rows(
    source: Address,
    stride: number,
    target: Address,
    height: number,
    width: number,
    first: Address,
    count: Address,
    values: Address,
    taps: number,
  ): void;
  columns(
    source: Address,
    target: Address,
    side: number,
    first: Address,
    count: Address,
    values: Address,
    taps: number,
    mean: number,
    scale: number,
  ): void;
  columnsToBytes(
    source: Address,
    target: Address,
    width: number,
    height: number,
    first: Address,
    count: Address,
    values: Address,
    taps: number,
  ): void;
}

/** Weights in the memory: three arrays and the taps, as the exports want them. */
type Placed = readonly [first: Address, count: Address, values: Address, taps: number];

const PAGE_BYTES = 65_536;
/** A vector load or store may reach over the last value. */
const SLACK_BYTES = 64;
const PIXEL_BYTES = 4;
/** Weights of sizes that come again and again: a camera's, a folder's. */
const MAX_KNOWN = 32;

/** The resize of `engine/preprocess.ts` in SIMD: several times as fast, the same bits. One picture at a time. */
export class FastResample {
  readonly #wasm: Exports;
  readonly #known = new Map<string, Weights>();
  #end = 0;
  #picture: Address = 0;
  #width = 0;

  private constructor(wasm: Exports) {
    this.#wasm = wasm;
  }

  /**
   * Fetches and starts it.
   *
   * @throws WebAssembly.CompileError where there is no SIMD; TypeError when the file cannot be fetched
   */
  static async load(): Promise<FastResample> {
    const response = await fetch(resampleUrl);
    if (!response.ok) throw new TypeError(`${response.status} ${response.statusText}`);
    const { instance } = await WebAssembly.instantiate(await response.arrayBuffer());
    return new FastResample(instance.exports as unknown as Exports);
  }

  /**
   * Takes the picture that `input` and `thumbnail` are about.
   *
   * @param rgba [height, width, 4] uint8, opaque
   * @param width pixels, ≥ 1
   * @throws RangeError when the buffer is no number of rows
   */
  take(rgba: Uint8ClampedArray, width: number): void {
    if (rgba.length === 0 || rgba.length % (width * PIXEL_BYTES) !== 0)
      throw new RangeError(`rgba: expected rows of ${width * PIXEL_BYTES} bytes, found ${rgba.length}`);
    this.#end = 0;
    this.#width = width;
    this.#picture = this.#room(rgba.length);
    new Uint8Array(this.#wasm.memory.buffer).set(rgba, this.#picture);
  }

  /**
   * A square of the picture → what the network wants.
   *
   * @param crop the square, inside the picture
   * @returns [240, 240, 3] float32, (x − 127) / 128, RGB; equal to `toInput`'s
   */
  input({ x, y, size }: CropBox): Float32Array<ArrayBuffer> {
    const side = INPUT_SIZE;
    const weights = this.#place(this.#weights(`bicubic ${size}`, () => bicubicWeights(size)));
    const between = this.#room(size * side * PIXEL_BYTES);
    const target = this.#room(side * side * 3 * Float32Array.BYTES_PER_ELEMENT);
    const source = this.#picture + (y * this.#width + x) * PIXEL_BYTES;
    this.#wasm.rows(source, this.#width * PIXEL_BYTES, between, size, side, ...weights);
    this.#wasm.columns(between, target, side, ...weights, MEAN_RGB, 1 / STDDEV_RGB);
    return new Float32Array(this.#wasm.memory.buffer, target, side * side * 3).slice();
  }

  /**
   * The whole picture, smaller.
   *
   * @param height of the picture, pixels
   * @param toWidth pixels, ≥ 1
   * @param toHeight pixels, ≥ 1
   * @returns [toHeight, toWidth, 4] uint8
   */
  thumbnail(height: number, toWidth: number, toHeight: number): Uint8ClampedArray<ArrayBuffer> {
    const width = this.#width;
    const across = this.#place(
      this.#weights(`triangle ${width} ${toWidth}`, () => triangleWeights(width, toWidth)),
    );
    const down = this.#place(
      this.#weights(`triangle ${height} ${toHeight}`, () => triangleWeights(height, toHeight)),
    );
    const between = this.#room(height * toWidth * PIXEL_BYTES);
    const target = this.#room(toHeight * toWidth * PIXEL_BYTES);
    this.#wasm.rows(this.#picture, width * PIXEL_BYTES, between, height, toWidth, ...across);
    this.#wasm.columnsToBytes(between, target, toWidth, toHeight, ...down);
    const bytes = new Uint8ClampedArray(this.#wasm.memory.buffer, target, toHeight * toWidth * PIXEL_BYTES);
    return bytes.slice();
  }

  #weights(key: string, make: () => Weights): Weights {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    const fresh = make();
    this.#known.set(key, fresh);
    return fresh;
  }

  #place({ first, count, values, taps }: Weights): Placed {
    const put = (numbers: Int32Array): Address => {
      const at = this.#room(numbers.byteLength);
      new Int32Array(this.#wasm.memory.buffer, at, numbers.length).set(numbers);
      return at;
    };
    return [put(first), put(count), put(values), taps];
  }

  /** Room behind what is there; `take` begins anew. */
  #room(bytes: number): Address {
    const at = this.#end;
    this.#end = Math.ceil((at + bytes + SLACK_BYTES) / 16) * 16;
    const missing = Math.ceil((this.#end - this.#wasm.memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) this.#wasm.memory.grow(missing);
    return at;
  }
}
