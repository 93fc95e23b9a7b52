import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hears, languagesInWords, SITE_NETWORK, type SpeechNetwork } from './speech-networks.ts';

const MANIFEST = new URL(`../../../../models/${SITE_NETWORK.id}/manifest.json`, import.meta.url);

const network = (...languages: string[]): SpeechNetwork => ({ ...SITE_NETWORK, languages });

describe('the network of the site', () => {
  it('is the one whose manifest lies there', () => {
    const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8')) as {
      languages: string[];
      files: { bytes: number }[];
    };
    expect(SITE_NETWORK.bytes).toBe(manifest.files.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(SITE_NETWORK.languages).toEqual(manifest.languages);
  });
});

describe('a network', () => {
  it.each([
    ['en-GB', ['en'], true],
    ['de', ['en'], false],
    ['nb-NO', ['no', 'en'], true],
    ['yue-HK', ['zh'], true],
    ['yue-HK', ['zh', 'yue'], true],
    ['pt-BR', [], true],
  ])('hears %s if it knows %j: %s', (language, languages, expected) => {
    expect(hears(network(...languages), language)).toBe(expected);
  });

  it('says its languages', () => {
    expect(languagesInWords(network('en'))).toBe('English');
    expect(languagesInWords(network('en', 'de'))).toBe('English, German');
    expect(languagesInWords(network('en', 'de', 'fr', 'jv'))).toBe('4 languages');
    expect(languagesInWords(network())).toBe('the language that it was made for');
  });
});
