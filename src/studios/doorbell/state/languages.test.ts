import { afterEach, expect, it, vi } from 'vitest';
import { languagesOf } from './languages.ts';

const voice = (lang: string) => ({ lang }) as SpeechSynthesisVoice;

afterEach(() => void vi.unstubAllGlobals());

it('whatever languages voices name, each is in the list once, and the chosen one as it is', () => {
  vi.stubGlobal('navigator', { languages: ['en-US', 'en'] });
  // As espeak-ng names its own: private use, no tag at all, underscores.
  const odd = ['en-gb-x-rp', 'en-us-nyc', 'default', 'de_DE', 'de-DE', '', 'x-voice', 'roa-an'];
  const list = languagesOf(odd.map(voice), 'tlh');
  const codes = list.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of ['tlh', 'de-DE', 'en-GB-x-rp', 'en-US']) expect(codes).toContain(code);
  expect(list.every(({ name }) => name !== '')).toBe(true);
  expect(list.find(({ code }) => code === 'de-DE')?.name).toBe('German (Germany)');
});
