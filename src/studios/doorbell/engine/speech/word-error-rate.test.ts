import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wordErrors, wordsOf } from './word-error-rate.ts';

it.each([
  ['the same', 'Good morning, Delivery for SMITH!', 'good morning delivery for smith', 0, 5],
  ['another word', 'a parcel for you', 'a parcel for two', 1, 4],
  ['a word too few', 'it is on the floor', 'it is on floor', 1, 5],
  ['a word too many', 'ring twice', 'please ring twice', 1, 2],
  ['nothing', 'one two three', '', 3, 3],
  ['something for nothing', '', 'thank you', 2, 0],
  ['all of these', 'the quick brown fox', 'a quick fox jumps', 3, 4],
])('%s', (_name, said, heard, errors, words) => {
  expect(wordErrors(said, heard)).toEqual({ errors, words });
});

it('takes apostrophes for letters, and hyphens for spaces', () => {
  expect(wordsOf('It’s an ill-disposed Dachshund, n’est-ce pas?')).toEqual([
    ...["it's", 'an', 'ill', 'disposed', 'dachshund', "n'est", 'ce', 'pas'],
  ]);
});

it('is a distance', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      const between = (one: string, other: string): number => wordErrors(one, other).errors;
      expect(between(a, a)).toBe(0);
      expect(between(a, b)).toBe(between(b, a));
      expect(between(a, c)).toBeLessThanOrEqual(between(a, b) + between(b, c));
      expect(between(a, b)).toBeLessThanOrEqual(Math.max(wordsOf(a).length, wordsOf(b).length));
    }),
  );
});
