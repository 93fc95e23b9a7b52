import { fold } from './fold.ts';

/**
 * How words sound, roughly and for no language in particular: what recognisers confuse is made alike. A code of its own;
 * Soundex and Metaphone know only English, and drop the vowels by which short names differ.
 */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/[^\p{L}]/gu, ''],
  [/tsch|tch|sch|sh|ch|cz/g, 'S'],
  [/ph|pf/g, 'f'],
  [/th|dt/g, 't'],
  [/^(kn|gn)/g, 'n'],
  [/^wr/g, 'r'],
  [/ck|q/g, 'k'],
  [/x/g, 'ks'],
  [/tz|z/g, 's'],
  [/c(?=[eiy])/g, 's'],
  [/c/g, 'k'],
  [/gh(?=t|$)/g, ''],
  [/(?<=.)h/g, ''],
  [/eigh|ai|ei|ay|ey/g, 'E'],
  [/ee|ea|ie|y/g, 'i'],
  [/oo|ou/g, 'u'],
  [/au|ow|aw/g, 'O'],
  [/w/g, 'v'],
  [/j/g, 'y'],
  [/(.)\1+/gu, '$1'],
];

const VOWELS = new Set([...'aeiouEO']);
const CLASSES = ['bp', 'dt', 'gky', 'sS', 'fv', 'mn', 'lr'].map((letters) => new Set([...letters]));
const SKIP_COST = 0.9;
const VOWEL_SKIP_COST = 0.6;

/**
 * The code of a word or of several.
 *
 * @param words any text
 * @returns how it sounds; equal codes sound alike
 */
export function soundOf(words: string): string {
  return RULES.reduce((code, [pattern, by]) => code.replace(pattern, by), fold(words));
}

function swapCost(a: string, b: string): number {
  if (a === b) return 0;
  if (VOWELS.has(a) && VOWELS.has(b)) return 0.4;
  if (CLASSES.some((letters) => letters.has(a) && letters.has(b))) return 0.4;
  return 1;
}

const skipCost = (letter: string): number => (VOWELS.has(letter) ? VOWEL_SKIP_COST : SKIP_COST);

/**
 * How unlike two codes sound: an edit distance in which letters that sound alike cost less, by the longer length.
 *
 * @param a code of `soundOf`
 * @param b code of `soundOf`
 * @returns 0 (the same) … 1; 1 when one is empty and the other is not
 */
export function soundDistance(a: string, b: string): number {
  const first = [...a];
  const second = [...b];
  const longest = Math.max(first.length, second.length);
  if (longest === 0) return 0;
  let row = [0];
  for (const letter of second) row.push((row.at(-1) ?? 0) + skipCost(letter));
  for (const letter of first) {
    const next = [(row[0] ?? 0) + skipCost(letter)];
    second.forEach((other, j) => {
      next.push(
        Math.min(
          (row[j] ?? 0) + swapCost(letter, other),
          (row[j + 1] ?? 0) + skipCost(letter),
          (next[j] ?? 0) + skipCost(other),
        ),
      );
    });
    row = next;
  }
  return Math.min(1, (row.at(-1) ?? 0) / longest);
}
