/** What Whisper listens to, Hz. */
const RATE = 16_000;
/** Samples of a window, and between two. */
const WINDOW = 400;
export const HOP = 160;
const BINS = WINDOW / 2 + 1;
/** 400 = 20 × 20: the transform is made of transforms of this length. */
const SIDE = 20;
const LEAST_POWER = 1e-10;
/** Powers of ten below the loudest that are kept. */
const RANGE = 8;

// Slaney's mel scale: linear up to 1,000 Hz, logarithmic above.
const LINEAR_HZ = 200 / 3;
const BREAK_HZ = 1000;
const LOG_STEP = Math.log(6.4) / 27;
const toMel = (hertz: number): number =>
  hertz < BREAK_HZ ? hertz / LINEAR_HZ : BREAK_HZ / LINEAR_HZ + Math.log(hertz / BREAK_HZ) / LOG_STEP;
const toHertz = (mel: number): number =>
  mel < BREAK_HZ / LINEAR_HZ ? mel * LINEAR_HZ : BREAK_HZ * Math.exp(LOG_STEP * (mel - BREAK_HZ / LINEAR_HZ));

// [mels, BINS]: triangles over the bins, each of area 1 over hertz.
function melFilters(mels: number): Float64Array {
  const top = toMel(RATE / 2);
  const edges = Array.from({ length: mels + 2 }, (_, i) => toHertz((top * i) / (mels + 1)));
  const filters = new Float64Array(mels * BINS);
  for (let mel = 0; mel < mels; mel += 1) {
    const [low = 0, middle = 0, high = 0] = edges.slice(mel, mel + 3);
    for (let bin = 0; bin < BINS; bin += 1) {
      const hertz = (bin * RATE) / WINDOW;
      const rise = (hertz - low) / (middle - low);
      const fall = (high - hertz) / (high - middle);
      filters[mel * BINS + bin] = (Math.max(0, Math.min(rise, fall)) * 2) / (high - low);
    }
  }
  return filters;
}

const turns = (length: number, of: (angle: number) => number): Float64Array =>
  Float64Array.from({ length }, (_, i) => of((2 * Math.PI * i) / length));
const COS = turns(WINDOW, Math.cos);
const SIN = turns(WINDOW, Math.sin);
/** Hann, periodic. */
const HANN = turns(WINDOW, (angle) => 0.5 - 0.5 * Math.cos(angle));

/**
 * Power spectrum of one window, by Cooley and Tukey's decomposition 400 = 20 × 20.
 *
 * @param frame [WINDOW], already windowed
 * @param real work space, [WINDOW]
 * @param imaginary work space, [WINDOW]
 * @param power [BINS], written
 */
function powerSpectrum(
  frame: Float64Array,
  real: Float64Array,
  imaginary: Float64Array,
  power: Float64Array,
): void {
  // Sample 20 n1 + n2, bin k1 + 20 k2: transforms over n1, turned by n2 k1, then transforms over n2.
  for (let n2 = 0; n2 < SIDE; n2 += 1)
    for (let k1 = 0; k1 < SIDE; k1 += 1) {
      let re = 0;
      let im = 0;
      for (let n1 = 0; n1 < SIDE; n1 += 1) {
        const sample = frame[SIDE * n1 + n2] ?? 0;
        const at = (SIDE * n1 * k1) % WINDOW;
        re += sample * (COS[at] ?? 0);
        im -= sample * (SIN[at] ?? 0);
      }
      const turn = n2 * k1;
      const cos = COS[turn] ?? 0;
      const sin = SIN[turn] ?? 0;
      real[SIDE * k1 + n2] = re * cos + im * sin;
      imaginary[SIDE * k1 + n2] = im * cos - re * sin;
    }
  for (let bin = 0; bin < BINS; bin += 1) {
    const k1 = bin % SIDE;
    const k2 = (bin - k1) / SIDE;
    let re = 0;
    let im = 0;
    for (let n2 = 0; n2 < SIDE; n2 += 1) {
      const at = (SIDE * n2 * k2) % WINDOW;
      const a = real[SIDE * k1 + n2] ?? 0;
      const b = imaginary[SIDE * k1 + n2] ?? 0;
      re += a * (COS[at] ?? 0) + b * (SIN[at] ?? 0);
      im += b * (COS[at] ?? 0) - a * (SIN[at] ?? 0);
    }
    power[bin] = re * re + im * im;
  }
}

// Samples round the beginning and the end as in a mirror, which is how the first and last windows are filled.
function mirrored(samples: Float32Array, at: number, length: number): number {
  const inside = at < 0 ? -at : at >= length ? 2 * (length - 1) - at : at;
  return samples[inside] ?? 0;
}

/**
 * Whisper's input: the logarithmic mel spectrogram of a recording, silence behind it up to the network's window.
 *
 * @param samples [N] float32 in [−1, 1], mono, 16,000 Hz; what is longer than the window is left out
 * @param mels rows, 80 or 128
 * @param frames columns, one each 10 ms; 3,000 for the 30 s of the published networks
 * @returns [mels, frames] float32, about [−1, 1.5], row by row
 * @see Radford et al., Robust Speech Recognition via Large-Scale Weak Supervision, 2.2
 */
export function logMel(samples: Float32Array, mels: number, frames: number): Float32Array {
  const length = frames * HOP;
  const filters = melFilters(mels);
  const out = new Float32Array(mels * frames).fill(Math.log10(LEAST_POWER));
  const frame = new Float64Array(WINDOW);
  const [real, imaginary] = [new Float64Array(WINDOW), new Float64Array(WINDOW)];
  const power = new Float64Array(BINS);
  const spoken = Math.min(samples.length, length);
  // Windows that are silence as a whole stay as they are filled.
  const heard = Math.min(frames, Math.ceil((spoken + WINDOW / 2) / HOP));
  let loudest = Math.log10(LEAST_POWER);
  for (let t = 0; t < heard; t += 1) {
    for (let i = 0; i < WINDOW; i += 1)
      frame[i] = (HANN[i] ?? 0) * mirrored(samples, t * HOP + i - WINDOW / 2, length);
    powerSpectrum(frame, real, imaginary, power);
    for (let mel = 0; mel < mels; mel += 1) {
      let sum = 0;
      for (let bin = 0; bin < BINS; bin += 1) sum += (filters[mel * BINS + bin] ?? 0) * (power[bin] ?? 0);
      const value = Math.log10(Math.max(sum, LEAST_POWER));
      out[mel * frames + t] = value;
      loudest = Math.max(loudest, value);
    }
  }
  return out.map((value) => (Math.max(value, loudest - RANGE) + 4) / 4);
}
