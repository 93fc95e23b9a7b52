/** A source of uniform numbers in [0, 1). Engines take one as a parameter, so that every run can be repeated. */
export type Rng = () => number;

/**
 * Mulberry32: 32 bits of state, period 2^32; enough for samples and tests, not for secrets.
 *
 * @param seed any integer; the same seed gives the same numbers
 * @returns numbers in [0, 1)
 * @see Tommy Ettinger, "Mulberry32" (public domain)
 */
export function mulberry32(seed: number): Rng {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * A standard normal deviate by the Box–Muller transform.
 *
 * @param rng source of uniform numbers
 * @returns one draw of N(0, 1)
 */
export function normal(rng: Rng): number {
  const u = 1 - rng(); // (0, 1]: the logarithm of 0 is not finite
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * rng());
}
