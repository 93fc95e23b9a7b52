import type { CancelSignal } from '../../../../kernel/cancel.ts';
import type { CachedDecoder } from './cached-decoder.ts';
import { withoutLoop } from './repetition.ts';

/** How a text is decoded. */
export interface GreedyRules {
  /** Tokens that the text begins with; not part of the answer. */
  readonly prompt: readonly number[];
  readonly end: number;
  /** Tokens of the answer, at most. */
  readonly most: number;
  /** Tokens that are never taken. */
  readonly suppressed?: readonly number[];
  /** Nor these as the first. */
  readonly suppressedFirst?: readonly number[];
  /** From this id on none is taken. */
  readonly barrier?: number;
  /** A token whose probability behind the first of the prompt is asked for. */
  readonly watched?: number | undefined;
  readonly signal?: CancelSignal | undefined;
}

/** A decoded text. */
export interface Decoded {
  /** Without the prompt and the end. */
  readonly tokens: readonly number[];
  /** Mean over the tokens and the end, natural logarithm. */
  readonly meanLogProb: number;
  /** Of the watched token, [0, 1]; 0 when none was watched. */
  readonly watched: number;
  /** It went on saying the same thing, and was cut. */
  readonly isLoop: boolean;
}

// The largest of a row, and the logarithm of the sum of all exponentials.
function summary(row: Float32Array): { readonly best: number; readonly logSum: number } {
  let best = 0;
  for (let id = 1; id < row.length; id += 1) if ((row[id] ?? 0) > (row[best] ?? 0)) best = id;
  const top = row[best] ?? 0;
  let sum = 0;
  for (const value of row) sum += Math.exp(value - top);
  return { best, logSum: top + Math.log(sum) };
}

function forbid(row: Float32Array, ids: readonly number[]): void {
  for (const id of ids) if (id >= 0 && id < row.length) row[id] = -Infinity;
}

/**
 * Decodes a text, the likeliest token at each step.
 *
 * @param decoder with nothing decoded yet
 * @param rules of the network
 * @returns the text's tokens
 * @throws what the signal throws when aborted, and what the network throws
 */
export async function greedy(decoder: CachedDecoder, rules: GreedyRules): Promise<Decoded> {
  const { prompt, end, most, watched, signal } = rules;
  const tokens: number[] = [];
  let input = prompt;
  let sumLogProb = 0;
  let picked = 0;
  let watchedShare = 0;
  while (tokens.length < most) {
    signal?.throwIfAborted();
    const { data, rows, vocabulary } = await decoder.step(input);
    if (picked === 0 && watched !== undefined) {
      const first = data.subarray(0, vocabulary);
      watchedShare = Math.exp((first[watched] ?? -Infinity) - summary(first).logSum);
    }
    const row = data.slice((rows - 1) * vocabulary, rows * vocabulary);
    forbid(row, rules.suppressed ?? []);
    if (picked === 0) forbid(row, rules.suppressedFirst ?? []);
    if (rules.barrier !== undefined) row.fill(-Infinity, rules.barrier);
    const { best, logSum } = summary(row);
    sumLogProb += (row[best] ?? 0) - logSum;
    picked += 1;
    if (best === end) break;
    tokens.push(best);
    const kept = withoutLoop(tokens);
    if (kept < tokens.length)
      return {
        tokens: tokens.slice(0, kept),
        meanLogProb: sumLogProb / picked,
        watched: watchedShare,
        isLoop: true,
      };
    input = [best];
  }
  return { tokens, meanLogProb: sumLogProb / Math.max(1, picked), watched: watchedShare, isLoop: false };
}
