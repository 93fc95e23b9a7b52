import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { soundsOf, type SpokenLanguage } from './letter-to-sound.ts';

function edits(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  a.forEach((left, i) => {
    const next = [i + 1];
    b.forEach((right, j) => {
      const change = (row[j] ?? 0) + (left === right ? 0 : 1);
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, change));
    });
    row = next;
  });
  return row.at(-1) ?? 0;
}

/** Phone error rate on every fortieth word of the model's own dictionary. */
function errorRate(language: SpokenLanguage, folder: string): number {
  const lines = readFileSync(`node_modules/soundswallower/model/${folder}/dict.txt`, 'utf8')
    .split('\n')
    .filter((line) => /^[a-zà-ÿœ]+ /.test(line))
    .filter((_, i) => i % 40 === 0);
  let wrong = 0;
  let all = 0;
  for (const line of lines) {
    const [word = '', ...phones] = line.split(' ');
    wrong += edits(phones, soundsOf(word, language).split(' '));
    all += phones.length;
  }
  return wrong / all;
}

it('is right about four phones of five in English, and about seven of eight in French', () => {
  expect(errorRate('en', 'en-us')).toBeLessThan(0.22);
  expect(errorRate('fr', 'fr-fr')).toBeLessThan(0.125);
});

it.each([
  ['Müller', 'en', 'M AH L ER'],
  ['Schneider', 'en', 'SH N AY D ER'],
  ['Kowalczyk', 'en', 'K AW AE L CH IH K'],
  ['Lefèvre', 'fr', 'll ee ff ai vv rr'],
  ['Beauchamp', 'fr', 'bb au ch an'],
  ['日本', 'en', ''],
  ['', 'fr', ''],
] as const)('%s in %s', (word, language, phones) => {
  expect(soundsOf(word, language)).toBe(phones);
});
