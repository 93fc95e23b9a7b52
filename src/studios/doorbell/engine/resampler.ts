/** Zero crossings of the kernel on each side: with the window below, 80 dB within 750 Hz of 16,000. */
const CROSSINGS = 24;
/** Of the Kaiser window. */
const BETA = 8;
/** Where the kernel has fallen to a half, of the lower rate. */
const CUTOFF = 0.45;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

// The modified Bessel function of the first kind, order 0, by its series.
function bessel0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-12 * sum; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/**
 * Changes the sample rate of sound that comes in chunks: a sinc under a Kaiser window, so that nothing above half the lower
 * rate folds back. What comes out does not depend on how it was cut into chunks.
 *
 * @see https://ccrma.stanford.edu/~jos/resample/
 */
export class Resampler {
  readonly #from: number;
  readonly #to: number;
  /** Samples of the kernel on each side, at the rate of the input. */
  readonly #reach: number;
  /** Cycles a sample of the input. */
  readonly #cutoff: number;
  readonly #kernels = new Map<number, Float32Array>();
  /** Input that is still needed. */
  #rest: Float32Array;
  /** Where the next output lies in `#rest`: whole samples, and a share of `#to` ths. */
  #at: number;
  #phase = 0;

  /**
   * Nothing has come yet; before it was silence.
   *
   * @param fromHz rate of the input, a whole number above 0
   * @param toHz rate of the output, a whole number above 0
   * @throws RangeError when a rate is none
   */
  constructor(fromHz: number, toHz: number) {
    if (!(Number.isInteger(fromHz) && Number.isInteger(toHz) && fromHz > 0 && toHz > 0))
      throw new RangeError(`no sample rates: ${fromHz} and ${toHz}`);
    const common = gcd(fromHz, toHz);
    this.#from = fromHz / common;
    this.#to = toHz / common;
    this.#cutoff = (CUTOFF * Math.min(fromHz, toHz)) / fromHz;
    this.#reach = fromHz === toHz ? 0 : Math.ceil(CROSSINGS / (2 * this.#cutoff));
    this.#rest = new Float32Array(this.#reach);
    this.#at = this.#reach;
  }

  /**
   * Takes the next chunk.
   *
   * @param samples [N] float32, at the rate of the input
   * @returns [M] float32 at the rate of the output; what is left comes with the next chunks
   */
  push(samples: Float32Array): Float32Array<ArrayBuffer> {
    if (this.#reach === 0) return new Float32Array(samples);
    const input = new Float32Array(this.#rest.length + samples.length);
    input.set(this.#rest);
    input.set(samples, this.#rest.length);
    const last = input.length - this.#reach - 1;
    const out: number[] = [];
    while (this.#at <= last) {
      out.push(this.#sampleAt(input));
      this.#phase += this.#from;
      this.#at += Math.floor(this.#phase / this.#to);
      this.#phase %= this.#to;
    }
    const first = Math.min(input.length, this.#at - this.#reach);
    this.#rest = input.slice(first);
    this.#at -= first;
    return Float32Array.from(out);
  }

  #sampleAt(input: Float32Array): number {
    const kernel = this.#kernel(this.#phase);
    const from = this.#at - this.#reach;
    let sum = 0;
    for (let i = 0; i < kernel.length; i += 1) sum += (input[from + i] ?? 0) * (kernel[i] ?? 0);
    return sum;
  }

  // For an output that lies `phase / #to` behind a sample of the input.
  #kernel(phase: number): Float32Array {
    const known = this.#kernels.get(phase);
    if (known !== undefined) return known;
    const kernel = new Float32Array(2 * this.#reach + 1);
    for (let i = 0; i < kernel.length; i += 1) {
      const distance = i - this.#reach - phase / this.#to;
      const share = distance / (this.#reach + 1);
      const turn = 2 * Math.PI * this.#cutoff * distance;
      const sinc = turn === 0 ? 1 : Math.sin(turn) / turn;
      kernel[i] = sinc * bessel0(BETA * Math.sqrt(Math.max(0, 1 - share * share)));
    }
    // A steady level stays what it is.
    const sum = kernel.reduce((total, value) => total + value, 0);
    this.#kernels.set(
      phase,
      kernel.map((value) => value / sum),
    );
    return this.#kernel(phase);
  }
}
