import { HASH_BITS, HASH_WORDS, MIRROR, PRINT_HASHES } from './print.ts';

/** Pictures whose embeddings are further apart are no twins, whatever their hashes say: nothing else is compared then. */
export const LEAST_COSINE = 0.5;

/**
 * How alike two pictures are: the mean of the cosine of their embeddings and of the agreement of their hashes, which is 1
 * for equal ones and 0 for those that agree in half of the bits, as any two do.
 *
 * @param cosine of the embeddings, [−1, 1]
 * @param differing bits of the nearest hashes, 0 … HASH_BITS
 * @returns at most 1, which only equals have
 */
export function likenessOf(cosine: number, differing: number): number {
  return (1 + cosine) / 2 - differing / HASH_BITS;
}

/**
 * How many bits the hashes of two pictures differ in, at least: each whole picture against the other and its parts, as
 * they are and mirrored.
 *
 * @param a [PRINT_WORDS] hashes of one
 * @param b [PRINT_WORDS] hashes of the other
 * @returns 0 … HASH_BITS; the same when both change places
 */
export function leastDiffering(a: Uint32Array, b: Uint32Array): number {
  let least = HASH_BITS;
  for (let part = 0; part < PRINT_HASHES; part += 1)
    least = Math.min(least, differing(a, part, b, 0), differing(b, part, a, 0));
  return least;
}

// Between two hashes, or one of them and the other mirrored, whichever is less.
function differing(a: Uint32Array, partOfA: number, b: Uint32Array, partOfB: number): number {
  let plain = 0;
  let mirrored = 0;
  for (let word = 0; word < HASH_WORDS; word += 1) {
    const other = a[partOfA * HASH_WORDS + word]! ^ b[partOfB * HASH_WORDS + word]!;
    plain += ones(other);
    mirrored += ones(other ^ MIRROR[word]!);
  }
  return Math.min(plain, mirrored);
}

// How many bits of a word are set, by adding neighbours in parallel.
function ones(word: number): number {
  let sum = word - ((word >>> 1) & 0x55555555);
  sum = (sum & 0x33333333) + ((sum >>> 2) & 0x33333333);
  return Math.imul((sum + (sum >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
