import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold } from './fold.ts';
import { hideWords } from './words-to-hide.ts';

describe('words to hide', () => {
  it('are masked, removed or marked', () => {
    const text = 'The darn parcel, darn it, is here.';
    expect(hideWords(text, 'darn', 'mask')).toBe('The *** parcel, *** it, is here.');
    expect(hideWords(text, 'darn', 'remove')).toBe('The parcel, it, is here.');
    expect(hideWords(text, 'darn', 'tag')).toBe('The [darn] parcel, [darn] it, is here.');
    expect(hideWords('Darn, it rains', 'darn', 'remove')).toBe('it rains');
  });

  it.each([
    ['Ein MIST und ein Müsli', 'mist\nmusli', 'Ein *** und ein ***'],
    ['merde, Merdé!', 'merde', '***, ***!'],
    // Composed or not, as the engine has it.
    ['caf\u0065\u0301 noir', 'CAFE', '*** noir'],
    ['die große Straße', 'strasse', 'die große ***'],
    ['ΟΔΟΣ και οδός', 'οδος', '*** και ***'],
    // Whole words only.
    ['classic grass', 'ass', 'classic grass'],
    ['ass, asses', 'ass', '***, asses'],
    ['go to hell now', 'to hell', 'go *** now'],
    // The longer entry takes the shorter one in.
    ['bloody hell', 'hell, bloody hell', '***'],
    ['你这个混蛋快走', '混蛋', '你这个***快走'],
    ['このばか者', 'ばか', 'この***者'],
    // か and が are two letters, not one with an accent.
    ['がっこう', 'かっこう', 'がっこう'],
    ['바보야 안녕', '바보', '***야 안녕'],
    ['멍청바보', '바보', '멍청바보'],
    ['ไอ้บ้าไป', 'บ้า', 'ไอ้***ไป'],
    ['nothing here', '', 'nothing here'],
  ])('%s without %s is %s', (text, list, masked) => {
    expect(hideWords(text, list, 'mask')).toBe(masked);
  });

  it('leave no trace, whatever the case and the accents, and touch nothing else', () => {
    // Letters alone: `÷` stands among them in Latin-1, and `÷÷` is hidden within `÷÷÷àà`, as signs are no word's.
    const word = fc.stringMatching(/^[a-zà-öø-ÿ]{2,8}$/u);
    fc.assert(
      fc.property(word, fc.array(word), fc.array(word), fc.boolean(), (hidden, before, after, isLoud) => {
        const others = (words: string[]) => words.filter((each) => fold(each) !== fold(hidden));
        const said = isLoud ? hidden.toUpperCase() : hidden.normalize('NFD');
        const text = [...others(before), said, ...others(after)].join(' ');
        const expected = [...others(before), '***', ...others(after)].join(' ').normalize('NFC');
        expect(hideWords(text, hidden, 'mask')).toBe(expected);
      }),
    );
  });

  it('never fail on any text and list', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.constantFrom('mask', 'remove', 'tag'),
        (text, list, by) => {
          expect(typeof hideWords(text, list, by)).toBe('string');
        },
      ),
    );
  });
});
