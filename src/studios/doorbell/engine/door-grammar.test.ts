import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doorGrammar, spokenLanguage, wordsToLookUp } from './door-grammar.ts';
import { phrasesHeard } from './phrases-heard.ts';

const NOTHING_KNOWN = new Map<string, string[]>();

describe('the grammar', () => {
  it('has names as they are written, with the sounds of the dictionary or of their letters', () => {
    const sounds = new Map([['muller', ['M AH L ER', 'M Y UW L ER']]]);
    const { jsgf, dictionary, words } = doorGrammar('Ana Müller', 'en', sounds, ['AA', 'B']);
    const [id = ''] = [...words].find(([, word]) => word === 'Müller') ?? [];
    expect(dictionary).toContain(`\n${id} M AH L ER\n${id}(2) M Y UW L ER\n`);
    expect(jsgf).toContain('<other> = p0 | p1;');
    expect(dictionary).toContain('p1 B\n');
    expect([...words.values()]).toContain('Ana');
  });

  it('looks words up with and without accents', () => {
    const wanted = wordsToLookUp('Ana Müller', 'en');
    for (const word of ['ana', 'müller', 'muller', 'hello']) expect(wanted).toContain(word);
    expect(wordsToLookUp('', 'fr')).toContain("quelqu'un");
  });

  it.each(['en', 'fr'] as const)(
    'is one that names no rule which it does not have, with any words: %s',
    (language) => {
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (list) => {
          const { jsgf, dictionary, words } = doorGrammar(list, language, NOTHING_KNOWN, ['x']);
          expect(jsgf).toMatch(/^[\x20-\x7e\n]*$/);
          const defined = new Set([...jsgf.matchAll(/^(?:public )?(<\w+>) =/gm)].map(([, rule]) => rule));
          for (const [rule] of jsgf.matchAll(/<\w+>/g)) expect(defined).toContain(rule);
          expect(jsgf).not.toMatch(/\(\s*\)|\|\s*[)|;]|\(\s*\|/);
          // Every word has a sound.
          const sounded = new Set(
            dictionary
              .split('\n')
              .filter((line) => / \S/.test(line))
              .map((line) => line.split(' ')[0]),
          );
          for (const id of words.keys()) expect(sounded).toContain(id);
        }),
      );
    },
  );

  it.each([
    ['en-GB', 'en'],
    ['fr', 'fr'],
    ['de-DE', undefined],
    ['', undefined],
  ])('%s is heard by the model of %s', (language, expected) => {
    expect(spokenLanguage(language)).toBe(expected);
  });
});

describe('what was heard', () => {
  const words = new Map([
    ['w0', 'hello'],
    ['w1', 'Ana'],
  ]);
  const hello = { id: 'w0(2)', sec: 0.5, logFit: -0.1 };
  const ana = { id: 'w1', sec: 0.45, logFit: -0.1 };
  const other = (sec: number): { id: string; sec: number; logFit: number } => ({ id: 'p3', sec, logFit: -1 });

  it('has a gap where other speech was', () => {
    expect(phrasesHeard([hello, other(0.2), other(0.3), ana], words)).toBe('hello … Ana');
    expect(phrasesHeard([other(0.5), hello, other(0.1), ana, other(0.4)], words)).toBe('… hello Ana …');
  });

  it('takes a phrase that is short or fits badly for other speech', () => {
    expect(phrasesHeard([{ ...ana, sec: 0.2 }], words)).toBe('');
    expect(phrasesHeard([hello, { id: 'p1', sec: 0.1, logFit: 0 }, { ...ana, logFit: -0.4 }], words)).toBe(
      'hello …',
    );
    // Together they are long enough.
    expect(
      phrasesHeard(
        [
          { ...hello, sec: 0.2 },
          { id: '<sil>', sec: 0.1, logFit: 0 },
          { ...ana, sec: 0.3 },
        ],
        words,
      ),
    ).toBe('hello Ana');
  });

  it('is nothing where only other speech was', () => {
    expect(phrasesHeard([other(3)], words)).toBe('');
    expect(phrasesHeard([], words)).toBe('');
  });
});
