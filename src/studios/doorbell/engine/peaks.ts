/** Levels of a peak, one character each: what is kept with a message is text, and goes into a saved file as it is. */
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const MOST = DIGITS.length - 1;
/** Peaks of one recording: as many as a screen has use for. */
export const PEAK_COUNT = 240;

const isPeaks = (text: string): boolean => /^[A-Za-z0-9+/]{1,1000}$/.test(text);

/** Takes samples as they come, and has the loudest of each part of the whole. */
export class PeakFinder {
  readonly #length: number;
  readonly #peaks = new Float32Array(PEAK_COUNT);
  #at = 0;

  /**
   * Nothing has come yet.
   *
   * @param length of all samples together, 0 or more
   */
  constructor(length: number) {
    this.#length = length;
  }

  /**
   * Takes the next samples.
   *
   * @param samples [N] float32, [−1, 1]; what is beyond the length is left out
   */
  push(samples: Float32Array): void {
    const end = Math.min(samples.length, this.#length - this.#at);
    // Part by part: a division for each sample would take longer than the rest.
    for (let i = 0; i < end;) {
      const part = Math.floor(((this.#at + i) * PEAK_COUNT) / this.#length);
      const next = Math.ceil(((part + 1) * this.#length) / PEAK_COUNT) - this.#at;
      const stop = Math.min(end, Math.max(next, i + 1));
      let peak = this.#peaks[part] ?? 0;
      for (; i < stop; i += 1) {
        const level = Math.abs(samples[i] ?? 0);
        if (level > peak) peak = level;
      }
      this.#peaks[part] = peak;
    }
    this.#at += Math.max(0, end);
  }

  /**
   * What was found.
   *
   * @returns one character a part, `A` for silence; the root of the level, so that a soft voice is seen
   */
  written(): string {
    return Array.from(
      this.#peaks,
      (peak) => DIGITS[Math.round(MOST * Math.sqrt(Math.min(1, peak)))] ?? 'A',
    ).join('');
  }
}

/**
 * Reads peaks as they are kept.
 *
 * @param text one character a part
 * @returns [N], 0 … 1, the root of the level; empty when the text is no such thing
 */
export function readPeaks(text: string): number[] {
  return isPeaks(text) ? Array.from(text, (digit) => DIGITS.indexOf(digit) / MOST) : [];
}

/**
 * The outline of a sound, to be drawn into a box of `PEAK_COUNT` by 2 whose middle is 1: there and, mirrored, back.
 *
 * @param peaks [N], 0 … 1
 * @returns a path of SVG; empty without peaks
 */
export function outline(peaks: readonly number[]): string {
  if (peaks.length === 0) return '';
  // Silence is a line, not nothing.
  const height = peaks.map((peak) => Math.max(0.02, peak));
  const step = PEAK_COUNT / peaks.length;
  const x = (i: number): string => (step * (i + 0.5)).toFixed(1);
  const top = height.map((peak, i) => `${x(i)} ${(1 - peak).toFixed(3)}`);
  const bottom = height.map((peak, i) => `${x(i)} ${(1 + peak).toFixed(3)}`).reverse();
  return `M${[...top, ...bottom].join('L')}Z`;
}
