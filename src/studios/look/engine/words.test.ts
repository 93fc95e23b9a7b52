import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, normaliseWord, Words } from './words.ts';

const LABELS = JSON.parse(readFileSync('models/efficientnet-lite1/labels.json', 'utf8')) as {
  readonly names: readonly string[];
}[];
const TABLE = readFileSync(new URL('wordnet.tsv', import.meta.url), 'utf8');
const words = new Words(TABLE);

const named = (text: string): string[] =>
  (words.understand(text)?.classes ?? []).map((index) => LABELS[index]?.names[0] ?? '');

describe('the words of WordNet', () => {
  it('has every name of every class, and the class is among what the name stands for', () => {
    for (const [index, { names }] of LABELS.entries())
      for (const name of names) expect(words.understand(name)?.classes, name).toContain(index);
  });

  it('calls everything an entity', () => {
    expect(words.understand('entity')?.classes).toEqual(LABELS.map((_, index) => index));
  });

  it('finds what is below a word', () => {
    expect(named('shoe')).toEqual(['Loafer', 'running shoe', 'sandal']);
    expect(named('footwear')).toEqual(expect.arrayContaining(['clog', 'cowboy boot', 'sandal', 'sock']));
    // The 118 breeds of ImageNet 2012 and nothing else: the classes from Chihuahua to Mexican hairless.
    expect(words.understand('domestic dog')?.classes).toEqual(
      Array.from({ length: 118 }, (_, at) => 151 + at),
    );
  });

  it('takes all meanings of a word', () => {
    const crane = words.understand('crane');
    expect(crane?.classes).toEqual([134, 517]);
    expect(crane?.meanings).toHaveLength(2);
    expect(words.understand('crane (machine)')?.classes).toEqual([517]);
  });

  it('does not mind case, accents, hyphens, spaces, plurals or commas', () => {
    expect(words.understand('  Running-SHOES ')?.word).toBe('running shoe');
    expect(words.understand('wolves')?.word).toBe('wolf');
    expect(words.understand('mice')?.word).toBe('mouse');
    expect(words.understand('dresses')?.word).toBe('dress');
    expect(words.understand('brassière')?.word).toBe(words.understand('brassiere')?.word);
    expect(words.understand('sandals, loafers,')?.classes).toEqual([630, 774]);
  });

  it('says that it does not know a word, and offers near ones', () => {
    expect(words.understand('stiletto heel')).toBeUndefined();
    expect(words.understand('')).toBeUndefined();
    expect(words.understand(' , ')).toBeUndefined();
    expect(words.understand('shoe, qwertz')).toBeUndefined();
    expect(words.near('sandel', 3)[0]).toBe('sandal');
    expect(words.near('hsoe', 3)).toContain('shoe');
    expect(words.near('red shoes', 3)[0]).toBe('shoe');
    expect(words.near('sweat', 3)).toContain('sweater');
    expect(words.near('shoe, sandel', 3)[0]).toBe('sandal');
    expect(words.near('qwertzuiop', 5)).toEqual([]);
    expect(words.near('shoe', 5)).toEqual([]);
  });

  it('offers only words that it understands', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        for (const word of words.near(text, 5)) expect(words.understand(word)).toBeDefined();
      }),
      { numRuns: 60 },
    );
  });

  it('names the line of a damaged table', () => {
    expect(() => new Words('0\t\tthing\n1\t5\tkind')).toThrow('line 1 of the table of words');
    expect(() => new Words('abc\t\tthing')).toThrow('line 0');
    expect(() => new Words('7\t\t')).toThrow('line 0');
  });
});

describe('editDistance', () => {
  it('counts slips of the keyboard', () => {
    expect(editDistance('shoe', 'shoe', 2)).toBe(0);
    expect(editDistance('sheo', 'shoe', 2)).toBe(1);
    expect(editDistance('sho', 'shoe', 2)).toBe(1);
    expect(editDistance('shirt', 'skirt', 2)).toBe(1);
    expect(editDistance('cat', 'crane', 2)).toBeUndefined();
  });

  it('is symmetric, and nought only for the same word', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b, 20)).toBe(editDistance(b, a, 20));
        expect(editDistance(a, b, 20) === 0).toBe(a === b);
      }),
    );
  });
});

it('normalising twice changes nothing', () => {
  fc.assert(fc.property(fc.string(), (text) => normaliseWord(normaliseWord(text)) === normaliseWord(text)));
});
