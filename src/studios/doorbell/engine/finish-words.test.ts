import { expect, it } from 'vitest';
import { finishWords } from './finish-words.ts';
import { saneSettings } from './settings.ts';

it('a transcript has its names, its sentence case and no hidden words', () => {
  const settings = saneSettings({ wordsToKnow: 'Ana Müller', wordsToHide: 'bloody' }, 'en-GB');
  const heard = 'it is anna miller with a bloody parcel';
  expect(finishWords(heard, settings, 'en-GB')).toBe('It is Ana Müller with a *** parcel.');
  const plain = saneSettings({ ...settings, correctsNames: false, hideBy: 'remove' }, 'en-GB');
  expect(finishWords(heard, plain, 'en-GB')).toBe('It is anna miller with a parcel.');
  expect(finishWords(heard, { ...settings, wordsToHide: 'müller' }, 'en-GB')).toBe(
    'It is Ana *** with a bloody parcel.',
  );
});
