/** Longest phrase that is looked for, tokens. */
const LONGEST = 24;
/** A loop says its phrase so often at least, and has so many tokens: what people repeat is shorter. */
const LEAST_TIMES = 4;
const LEAST_TOKENS = 8;

/**
 * Finds out whether a decoder has begun to say the same thing over and over, as speech networks do in noise and silence.
 *
 * @param tokens so far
 * @returns how many of them to keep, the phrase once; all of them when nothing is repeated
 * @see Radford et al., Robust Speech Recognition via Large-Scale Weak Supervision, 4.5, which uses a compression ratio
 */
export function withoutLoop(tokens: readonly number[]): number {
  for (let period = 1; period <= LONGEST; period += 1) {
    const times = Math.max(LEAST_TIMES, Math.ceil(LEAST_TOKENS / period));
    const from = tokens.length - period * times;
    if (from < 0) continue;
    let isLoop = true;
    for (let at = from + period; isLoop && at < tokens.length; at += 1)
      isLoop = tokens[at] === tokens[at - period];
    if (isLoop) return from + period;
  }
  return tokens.length;
}
