import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { soundDistance, soundOf } from './sound-alike.ts';
import { correctNames, vocabularyOf } from './words-to-know.ts';

describe('words to know', () => {
  it.each([
    ['this is anna miller from next door', 'Ana Müller', 'this is Ana Müller from next door'],
    ['here is Anna Miller.', 'Ana Müller', 'here is Ana Müller.'],
    ['a parcel for mrs schmitt', 'Schmidt', 'a parcel for mrs Schmidt'],
    ['jon, are you there', 'John', 'John, are you there'],
    ['hello katherine and stephen', 'Catherine\nStefan', 'hello Catherine and Stefan'],
    ['bring it to mac donald', 'MacDonald', 'bring it to MacDonald'],
    ['ask for shawn', 'Sean, Shaun', 'ask for Shaun'],
    // A name that is right stays.
    ['Ana Müller rang', 'Ana Müller', 'Ana Müller rang'],
    // Other words are no names.
    ['and a near mill is under the banana', 'Ana Müller', 'and a near mill is under the banana'],
    ['I am here with a big parcel', 'Bo, Mia, Ian', 'I am here with a big parcel'],
    ['the man had a can of paint', 'Ana, Anton', 'the man had a can of paint'],
    ['nothing to know', '', 'nothing to know'],
  ])('%s with %s is %s', (text, list, expected) => {
    expect(correctNames(text, list)).toBe(expected);
  });

  it('change nothing when they are in the text already', () => {
    const name = fc.stringMatching(/^[A-ZÄÖÜ][a-zäöü]{3,8}$/u);
    fc.assert(
      fc.property(name, (known) => {
        expect(correctNames(`it is ${known}`, known)).toBe(`it is ${known}`);
      }),
    );
  });

  it('are each handed on once', () => {
    expect(vocabularyOf('Ana Müller\nana muller, Bo')).toEqual(['Ana Müller', 'Bo']);
  });
});

describe('the distance of sounds', () => {
  it('is a distance', () => {
    const code = fc.string({ maxLength: 12 }).map(soundOf);
    fc.assert(
      fc.property(code, code, (a, b) => {
        expect(soundDistance(a, a)).toBe(0);
        expect(soundDistance(a, b)).toBeCloseTo(soundDistance(b, a), 10);
        expect(soundDistance(a, b)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
