import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withoutLoop } from './repetition.ts';

const times = (phrase: readonly number[], count: number): number[] =>
  Array.from({ length: count }, () => phrase).flat();

it.each([
  ['a token eight times', [1, 2, ...times([9], 8)], 3],
  ['a phrase four times', [5, 6, ...times([1, 2, 3], 4)], 5],
  ['a long phrase four times', times([...Array(24).keys()], 4), 24],
])('keeps %s once', (_name, tokens, kept) => {
  expect(withoutLoop(tokens)).toBe(kept);
});

it.each([
  ['a word that somebody says three times', [1, ...times([4, 5], 3), 7]],
  ['a token seven times', times([9], 7)],
  ['a loop that was left', [...times([1, 2], 6), 3]],
])('leaves %s alone', (_name, tokens) => {
  expect(withoutLoop(tokens)).toBe(tokens.length);
});

it('leaves what is said once alone', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat()), (tokens) => {
      expect(withoutLoop(tokens)).toBe(tokens.length);
    }),
  );
});
