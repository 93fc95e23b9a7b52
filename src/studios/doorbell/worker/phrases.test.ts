import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Phrases } from './phrases.ts';
import type { ModelFiles } from './protocol.ts';

const PACKAGE = 'node_modules/soundswallower/model';
const NAMES = 'Ana Miller\nJohn Smith\nKowalczyk';

const bufferOf = (path: string): ArrayBuffer => {
  const bytes = readFileSync(path);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
};

const modelOf = (folder: string): ModelFiles =>
  Object.fromEntries(
    readdirSync(`${PACKAGE}/${folder}`).map((name) => [name, bufferOf(`${PACKAGE}/${folder}/${name}`)]),
  );

/** A recording made by Flite: fixtures/README.md. */
function recording(name: string): Float32Array {
  const samples = new Int16Array(
    bufferOf(new URL(`fixtures/${name}.wav`, import.meta.url).pathname).slice(44),
  );
  return Float32Array.from(samples, (sample) => sample / 32_768);
}

describe('English', () => {
  const ears = new Phrases();
  beforeAll(() => ears.load('en', modelOf('en-us')));

  it.each([
    ['parcel', 'hello this is Ana Miller with a parcel'],
    ['delivery', 'good morning delivery for Smith'],
  ])('hears what is in the grammar: %s', async (name, expected) => {
    expect(await ears.hear(recording(name), NAMES)).toEqual({ ok: true, value: expected });
  });

  it('leaves a gap for a name that it does not know', async () => {
    const heard = await ears.hear(recording('parcel'), 'John Smith');
    expect(heard).toEqual({ ok: true, value: '… with a parcel' });
  });

  it('hears nothing in other speech, in silence and in no sound at all', async () => {
    for (const samples of [recording('train'), new Float32Array(48_000), new Float32Array(0)])
      expect(await ears.hear(samples, NAMES)).toEqual({ ok: true, value: '' });
  });

  it('hears set phrases without any word to know', async () => {
    expect(await ears.hear(recording('delivery'), '')).toMatchObject({
      ok: true,
      value: expect.stringMatching(/^good morning/) as string,
    });
  });

  it('takes any text as words to know', async () => {
    const odd = '"; <x> = y;\n***\n(((\n日本\n\\\n/1/\n<NULL> <VOID>\nø\n#JSGF\npublic';
    expect(await ears.hear(recording('delivery'), odd)).toMatchObject({
      ok: true,
      value: expect.stringMatching(/^good morning/) as string,
    });
  });
});

it('has a French grammar that its decoder takes, and hears nothing French in English', async () => {
  const ears = new Phrases();
  await ears.load('fr', modelOf('fr-fr'));
  const heard = await ears.hear(recording('train'), 'Marie Dupont\nM. Lefèvre');
  expect(heard).toEqual({ ok: true, value: '' });
});

it('says what is missing', async () => {
  const ears = new Phrases();
  expect(await ears.hear(new Float32Array(0), '')).toMatchObject({ ok: false, error: { code: 'not-ready' } });
  const model = modelOf('en-us');
  await ears.load('en', { ...model, mdef: new ArrayBuffer(100) });
  expect(await ears.hear(recording('parcel'), '')).toMatchObject({
    ok: false,
    error: { code: 'decoder-failed' },
  });
});
