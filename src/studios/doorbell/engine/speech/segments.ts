/** A stretch of a recording, in samples, the end not in it. */
export interface Segment {
  readonly from: number;
  readonly to: number;
}

/** A pause is looked for in stretches of this length, s. */
const STRETCH_SEC = 0.3;
const STEP_SEC = 0.05;
/** Root mean square of the loudest 50 ms below which nobody speaks: −60 dB of full scale. */
const SILENCE = 1e-3;

// Sum of squares of each step of a recording.
function energies(samples: Float32Array, step: number): Float64Array {
  const sums = new Float64Array(Math.ceil(samples.length / step));
  for (let i = 0; i < samples.length; i += 1) {
    const at = Math.floor(i / step);
    sums[at] = (sums[at] ?? 0) + (samples[i] ?? 0) ** 2;
  }
  return sums;
}

/**
 * Cuts a recording into pieces that a network can hear in one go, in its pauses where it has any, and leaves out pieces in
 * which nothing is to be heard.
 *
 * @param samples [N] float32 in [−1, 1], mono
 * @param rate samples a second
 * @param mostSec longest piece, s; at least 1
 * @returns the pieces in order
 */
export function segmentsOf(samples: Float32Array, rate: number, mostSec: number): readonly Segment[] {
  const step = Math.round(STEP_SEC * rate);
  const most = Math.floor((mostSec * rate) / step);
  const width = Math.round(STRETCH_SEC / STEP_SEC);
  const sums = energies(samples, step);
  const cuts = [0];
  for (let from = 0; sums.length - from > most;) {
    let quietest = from + most;
    let least = Infinity;
    // The later one of two equal pauses: pieces are as long as they can be.
    for (let at = from + Math.ceil(most / 2); at + width <= from + most; at += 1) {
      let sum = 0;
      for (let i = at; i < at + width; i += 1) sum += sums[i] ?? 0;
      if (sum > least) continue;
      least = sum;
      quietest = at + Math.floor(width / 2);
    }
    cuts.push(quietest);
    from = quietest;
  }
  return cuts.flatMap((from, i) => {
    const to = cuts[i + 1] ?? sums.length;
    const loudest = sums.subarray(from, to).reduce((max, sum) => Math.max(max, sum), 0);
    if (Math.sqrt(loudest / step) < SILENCE) return [];
    return [{ from: from * step, to: Math.min(samples.length, to * step) }];
  });
}
