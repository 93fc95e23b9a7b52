import { afterEach, expect, it, vi } from 'vitest';
import { beyond, candidates, languagesOf } from './languages.ts';

const voice = (lang: string) => ({ lang }) as SpeechSynthesisVoice;

afterEach(() => void vi.unstubAllGlobals());

it('whatever languages voices name, each is in the list once, and the chosen one as it is', () => {
  vi.stubGlobal('navigator', { languages: ['en-US', 'en'] });
  // As espeak-ng names its own: private use, no tag at all, underscores.
  const odd = ['en-gb-x-rp', 'en-us-nyc', 'default', 'de_DE', 'de-DE', '', 'x-voice', 'roa-an'];
  const { heard, greetedOnly } = languagesOf(odd.map(voice), new Set(['en-US', 'la']), 'tlh');
  expect(heard.map(({ name }) => name)).toEqual(['American English', 'Latin']);
  const list = [...heard, ...greetedOnly];
  const codes = list.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of ['tlh', 'de-DE', 'en-GB-x-rp', 'en-US']) expect(codes).toContain(code);
  expect(list.every(({ name }) => name !== '')).toBe(true);
  expect(list.find(({ code }) => code === 'de-DE')?.name).toBe('German (Germany)');
});

it('what an engine knows by its mother tongue is not listed beside its countries', () => {
  vi.stubGlobal('navigator', { languages: ['gsw'] });
  const asked = candidates([voice('de-AT'), voice('x-voice')]);
  expect(asked).toEqual(expect.arrayContaining(['de-AT', 'de-DE', 'gsw']));
  expect(asked).not.toContain('x-voice');
  expect(beyond(['de', 'en', 'la', 'no language'], asked)).toEqual(['la']);
});
