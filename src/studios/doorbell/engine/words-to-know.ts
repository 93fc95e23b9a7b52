import { entriesOf, fold } from './fold.ts';
import { soundDistance, soundOf } from './sound-alike.ts';

/** Nearer than this is taken for the name, as `soundDistance` measures. */
const NEAR = 0.17;
/** Codes this short must be equal: too many words are near to `Bo`. */
const SHORTEST = 3;

interface Entry {
  readonly text: string;
  readonly words: number;
  readonly sound: string;
}

interface Token {
  readonly text: string;
  readonly isWord: boolean;
}

const tokensOf = (text: string): Token[] =>
  (text.match(/[\p{L}\p{N}\p{M}'’-]+|[^\p{L}\p{N}\p{M}'’-]+/gu) ?? []).map((each) => ({
    text: each,
    isWord: /[\p{L}\p{N}]/u.test(each),
  }));

function distance(spoken: string, entry: Entry): number {
  const sound = soundOf(spoken);
  if (sound === '' || entry.sound === '') return 1;
  if (sound === entry.sound) return 0;
  if (Math.min(sound.length, entry.sound.length) < SHORTEST) return 1;
  return soundDistance(sound, entry.sound);
}

interface Match {
  readonly entry: Entry;
  /** Tokens that it takes the place of, the end exclusive. */
  readonly end: number;
  readonly score: number;
}

// Words that stand together with nothing but spaces between them, from a token on.
function runsFrom(tokens: readonly Token[], start: number, most: number): { end: number; words: string[] }[] {
  const runs: { end: number; words: string[] }[] = [];
  const words: string[] = [];
  for (let at = start; at < tokens.length && words.length < most; at += 1) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token.isWord) {
      words.push(token.text);
      runs.push({ end: at + 1, words: [...words] });
    } else if (!/^\s+$/u.test(token.text)) break;
  }
  return runs;
}

function bestFrom(tokens: readonly Token[], start: number, entries: readonly Entry[]): Match | undefined {
  const most = Math.max(...entries.map(({ words }) => words)) + 1;
  let best: Match | undefined;
  for (const { end, words } of runsFrom(tokens, start, most))
    for (const entry of entries) {
      // A recogniser may part a name, or join two: one word more or less.
      if (Math.abs(words.length - entry.words) > 1) continue;
      const isParted = words.length !== entry.words;
      const score = distance(words.join(' '), entry);
      // Then it must sound the same: the neighbour of a name is no part of it.
      if (score > (isParted ? 0 : NEAR)) continue;
      if (best === undefined || score < best.score || (score === best.score && end > best.end))
        best = { entry, end, score };
    }
  return best;
}

/**
 * Writes names as they are written: words that sound like an entry become it.
 *
 * @param text what an engine heard
 * @param list the words to know, one a line or parted by commas; an entry may be of several words
 * @returns the text with the names in it
 */
export function correctNames(text: string, list: string): string {
  const entries = entriesOf(list).map((entry) => ({
    text: entry,
    words: entry.split(' ').length,
    sound: soundOf(entry),
  }));
  if (entries.length === 0) return text;
  const tokens = tokensOf(text.normalize('NFC'));
  let result = '';
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at];
    if (token === undefined) break;
    const match = token.isWord ? bestFrom(tokens, at, entries) : undefined;
    result += match === undefined ? token.text : match.entry.text;
    at = match === undefined ? at + 1 : match.end;
  }
  return result;
}

/**
 * The words to know as an engine with a vocabulary takes them.
 *
 * @param list as typed
 * @returns each entry once, compared without case and accents
 */
export function vocabularyOf(list: string): string[] {
  const seen = new Set<string>();
  return entriesOf(list).filter((entry) => {
    const key = fold(entry);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
