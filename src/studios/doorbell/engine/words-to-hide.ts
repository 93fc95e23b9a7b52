import { entriesOf, fold } from './fold.ts';

/** What becomes of a hidden word: three stars, nothing, or itself in brackets. */
export type HideBy = 'mask' | 'remove' | 'tag';

const MASK = '***';
/** Scripts that write no spaces between words: a hidden word is found inside a run of letters. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** Korean writes spaces, but its particles hang on the word. */
const HANGUL = /\p{Script=Hangul}/u;
const IN_WORD = /[\p{L}\p{N}\p{M}]/u;

interface Folded {
  /** The folded text. */
  readonly text: string;
  /** For each unit of the folded text and its end: where in the original it comes from. */
  readonly from: readonly number[];
}

function foldWithPlaces(text: string): Folded {
  const from: number[] = [];
  let folded = '';
  let at = 0;
  for (const letter of text) {
    const plain = /\s/u.test(letter) ? ' ' : fold(letter);
    from.push(...Array.from({ length: plain.length }, () => at));
    folded += plain;
    at += letter.length;
  }
  from.push(at);
  return { text: folded, from };
}

const lastLetter = (text: string): string => [...text].at(-1) ?? '';
const firstLetter = (text: string): string => [...text].at(0) ?? '';

function fits(text: string, start: number, end: number, word: string): boolean {
  const before = lastLetter(text.slice(Math.max(0, start - 2), start));
  const after = firstLetter(text.slice(end, end + 2));
  const first = firstLetter(word);
  const last = lastLetter(word);
  const beginsFree = UNSPACED.test(first) || !IN_WORD.test(before) || UNSPACED.test(before);
  const endsFree = UNSPACED.test(last) || HANGUL.test(last) || !IN_WORD.test(after) || UNSPACED.test(after);
  return beginsFree && endsFree;
}

/** A stretch of a text, UTF-16 units, the end exclusive. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

function findWords(text: string, words: readonly string[]): Stretch[] {
  const { text: folded, from } = foldWithPlaces(text);
  const found: Stretch[] = [];
  for (const word of words) {
    const wanted = fold(word);
    if (wanted === '') continue;
    for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + 1)) {
      const end = at + wanted.length;
      if (!fits(folded, at, end, wanted)) continue;
      found.push({ start: from[at] ?? 0, end: endOf(from, end) });
    }
  }
  return joined(found);
}

// Marks that folded to nothing belong to the letter before them.
function endOf(from: readonly number[], end: number): number {
  return from[end] ?? from.at(-1) ?? 0;
}

function joined(stretches: readonly Stretch[]): Stretch[] {
  const sorted = [...stretches].sort((a, b) => a.start - b.start || b.end - a.end);
  const result: Stretch[] = [];
  for (const next of sorted) {
    const last = result.at(-1);
    if (last !== undefined && next.start < last.end)
      result[result.length - 1] = { start: last.start, end: Math.max(last.end, next.end) };
    else result.push(next);
  }
  return result;
}

/**
 * Hides words in a text: whole words, in any case and with any accents; in scripts that write no spaces wherever they
 * stand.
 *
 * @param text what was said
 * @param list the words to hide, one a line or parted by commas; an entry may be of several words
 * @param by what becomes of them
 * @returns the text without them, in Unicode's composed form
 */
export function hideWords(text: string, list: string, by: HideBy): string {
  const plain = text.normalize('NFC');
  const stretches = findWords(plain, entriesOf(list));
  if (stretches.length === 0) return plain;
  let result = '';
  let at = 0;
  for (const { start, end } of stretches) {
    result += plain.slice(at, start) + replacement(plain.slice(start, end), by);
    at = end;
  }
  result += plain.slice(at);
  return by === 'remove' ? tidy(result) : result;
}

function replacement(word: string, by: HideBy): string {
  if (by === 'mask') return MASK;
  return by === 'remove' ? '' : `[${word}]`;
}

const tidy = (text: string): string =>
  text
    .replace(/\s+/gu, ' ')
    .replace(/\s+([,.;:!?…])/gu, '$1')
    .replace(/([,;:])(?=[,.;:!?…])/gu, '')
    .replace(/^[\s,;:]+/u, '')
    .trim();
