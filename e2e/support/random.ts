/** The seed of this run's random moments; `ATELIER_SEED` repeats one. It is printed with every test that uses it. */
// The worker that runs a test reads this file anew; by the environment it gets the seed of whoever started it.
process.env.ATELIER_SEED ??= String(Math.floor(Math.random() * 2 ** 31));
export const SEED = Number(process.env.ATELIER_SEED);

/** Uniform numbers in [0, 1) that a seed repeats (mulberry32). */
export function randomBy(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
