/** One meaning of a word: what it is a kind of, and which classes of the network are kinds of it. */
export interface Meaning {
  /** Its words, the usual one first. */
  readonly lemmas: readonly string[];
  /** ImageNet classes 0–999 that it is, or that are kinds of it; ascending, never empty. */
  readonly classes: readonly number[];
}

/** What a text stands for. */
export interface Understood {
  /** The text as it was looked up: lower case, single spaces, perhaps the singular. */
  readonly word: string;
  readonly meanings: readonly Meaning[];
  /** ImageNet classes of all meanings, ascending, each once. */
  readonly classes: readonly number[];
}

interface Line {
  readonly classIndex: number | undefined;
  readonly parents: readonly number[];
  readonly lemmas: readonly string[];
}

/** Plurals that no ending tells; WordNet keeps such in noun.exc. */
const IRREGULAR: Readonly<Record<string, string>> = {
  children: 'child',
  feet: 'foot',
  geese: 'goose',
  mice: 'mouse',
  oxen: 'ox',
  people: 'person',
  teeth: 'tooth',
};

/** Endings of nouns and what they stand for: the rules of morphy(7WN), and -ves. */
const DETACHMENTS: readonly (readonly [string, string])[] = [
  ['ches', 'ch'],
  ['shes', 'sh'],
  ['ses', 's'],
  ['xes', 'x'],
  ['zes', 'z'],
  ['ies', 'y'],
  ['ves', 'f'],
  ['ves', 'fe'],
  ['men', 'man'],
  ['s', ''],
];

/** Most words are their own key. */
const PLAIN = /^[a-z]+(?: [a-z]+)*$/;

// In how many places a word may be mistyped to be offered.
const allowedEdits = (word: string): number => (word.length <= 4 ? 1 : 2);

/**
 * Lower case, without accents, hyphens as spaces, single spaces.
 *
 * @param text what a person typed, or a word of WordNet
 * @returns the key under which words are kept
 */
export const normaliseWord = (text: string): string => (PLAIN.test(text) ? text : unusual(text));

const unusual = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[\s\-_]+/g, ' ')
    .trim();

/** Words for the network's classes and for everything that WordNet says those are. */
export class Words {
  readonly #lines: readonly Line[];
  /** For each line those that are kinds of it. */
  readonly #kinds: readonly number[][];
  /** Lines by normalised word. */
  readonly #byWord = new Map<string, number[]>();

  /**
   * Reads the table that `scripts/make-look-words.ts` makes.
   *
   * @param table its text: a head of lines with `#`, then `class TAB parents TAB words`, parents before their kinds
   * @throws RangeError naming the line that is not of this form
   */
  constructor(table: string) {
    this.#lines = readLines(table);
    this.#kinds = this.#lines.map(() => []);
    for (const [at, { parents, lemmas }] of this.#lines.entries()) {
      for (const parent of parents) this.#kinds[parent]?.push(at);
      for (const word of new Set(lemmas.map(normaliseWord))) {
        const known = this.#byWord.get(word);
        if (known === undefined) this.#byWord.set(word, [at]);
        else known.push(at);
      }
    }
  }

  /**
   * How many words it knows.
   *
   * @returns ≥ 1
   */
  get size(): number {
    return this.#byWord.size;
  }

  /**
   * What a text stands for: a word, a name of several words, or several of them with commas between.
   *
   * @param text as typed; case, accents, hyphens and the plural do not matter
   * @returns every meaning of it, or undefined when one of its words is not known
   */
  understand(text: string): Understood | undefined {
    const parts = text
      .split(',')
      .map(normaliseWord)
      .filter((part) => part !== '');
    const known = parts.map((part) => this.#singular(part));
    if (known.length === 0 || known.includes(undefined)) return undefined;
    const words = known.filter((word) => word !== undefined);
    const meanings = [...new Set(words.flatMap((word) => this.#byWord.get(word) ?? []))].map((at) => ({
      lemmas: this.#lines[at]?.lemmas ?? [],
      classes: this.#classesBelow(at),
    }));
    const classes = [...new Set(meanings.flatMap((meaning) => meaning.classes))].sort((a, b) => a - b);
    return { word: words.join(', '), meanings, classes };
  }

  /**
   * Known words that are near a text that is not: its own words that are known, words that begin with it or hold it, and words
   * that a slip of the keyboard makes of it.
   *
   * @param text as typed
   * @param count how many at most
   * @returns [≤ count] words as WordNet writes them, the nearest first
   */
  near(text: string, count: number): readonly string[] {
    const parts = text.split(',').map(normaliseWord);
    const word = parts.find((part) => part !== '' && this.#singular(part) === undefined);
    if (word === undefined) return [];
    const found = new Map<string, number>();
    const offer = (key: string, rank: number): void => {
      if (rank < (found.get(key) ?? Infinity)) found.set(key, rank);
    };
    // In English the last word of a name says what it is: a red shoe is a shoe.
    for (const [back, each] of word.split(' ').reverse().entries()) {
      const known = each.length > 2 ? this.#singular(each) : undefined;
      if (known !== undefined) offer(known, back / 10);
    }
    for (const key of this.#byWord.keys()) {
      const edits = editDistance(word, key, allowedEdits(word));
      if (edits !== undefined) offer(key, edits + key.length / 1_000);
      if (word.length < 3) continue;
      if (key.startsWith(word)) offer(key, 1 + key.length / 100);
      else if (` ${key}`.includes(` ${word}`)) offer(key, 2 + key.length / 100);
    }
    return [...found]
      .sort(([a, rankA], [b, rankB]) => rankA - rankB || (a < b ? -1 : 1))
      .slice(0, count)
      .map(([key]) => this.#written(key));
  }

  #classesBelow(line: number): number[] {
    const seen = new Set([line]);
    // A set is walked through to what is added on the way.
    for (const at of seen) for (const kind of this.#kinds[at] ?? []) seen.add(kind);
    const classes = [...seen].flatMap((at) => this.#lines[at]?.classIndex ?? []);
    return classes.sort((a, b) => a - b);
  }

  // The word as WordNet writes it, whose key this is.
  #written(key: string): string {
    const line = this.#lines[this.#byWord.get(key)?.[0] ?? -1];
    return line?.lemmas.find((lemma) => normaliseWord(lemma) === key) ?? key;
  }

  // The known word that this is, or is the plural of.
  #singular(word: string): string | undefined {
    if (this.#byWord.has(word)) return word;
    const at = word.lastIndexOf(' ') + 1;
    const [front, last] = [word.slice(0, at), word.slice(at)];
    const candidates = [
      IRREGULAR[last],
      ...DETACHMENTS.map(([ending, instead]) =>
        last.endsWith(ending) ? last.slice(0, last.length - ending.length) + instead : undefined,
      ),
    ];
    return candidates
      .flatMap((candidate) => (candidate === undefined ? [] : [front + candidate]))
      .find((candidate) => this.#byWord.has(candidate));
  }
}

function readLines(table: string): Line[] {
  const rows = table.split('\n').filter((row) => row !== '' && !row.startsWith('#'));
  return rows.map((row, at) => {
    const [index = '', above = '', words = ''] = row.split('\t');
    const parents = above === '' ? [] : above.split(' ').map(Number);
    const lemmas = words.split(';').filter((lemma) => lemma !== '');
    const isSound =
      /^\d{0,3}$/.test(index) &&
      lemmas.length > 0 &&
      parents.every((parent) => Number.isInteger(parent) && parent >= 0 && parent < at);
    if (!isSound) throw new RangeError(`line ${at} of the table of words is damaged: ${row.slice(0, 80)}`);
    return { classIndex: index === '' ? undefined : Number(index), parents, lemmas };
  });
}

/**
 * Edits that make one word of another: a letter more, less, other, or two swapped.
 *
 * @param a a word
 * @param b another
 * @param most what is further apart does not count
 * @returns [0, most], or undefined beyond it
 * @see Damerau 1964, "A technique for computer detection and correction of spelling errors"; the restricted form
 */
export function editDistance(a: string, b: string, most: number): number | undefined {
  if (Math.abs(a.length - b.length) > most) return undefined;
  let older: number[] = [];
  let old = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (old[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(changed, (old[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (older[j - 2] ?? 0) + 1);
      row.push(least);
    }
    older = old;
    old = row;
  }
  const edits = old[b.length] ?? 0;
  return edits <= most ? edits : undefined;
}
