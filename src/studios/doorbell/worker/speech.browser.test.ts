import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, serve, type Connection } from '../../../platform/rpc.ts';
import { OwnSetStore } from '../../../platform/model-store/own-sets.ts';
import type { GivenFile, SpeechApi } from './protocol-speech.ts';
import reference from './fixtures/whisper/reference.json';
import { Speech } from './speech.ts';
import parcelUrl from './fixtures/parcel.wav?url';

/** A Whisper of random weights: fixtures/README.md. */
const ADDRESSES = import.meta.glob<string>('./fixtures/whisper/**/*.{json,onnx}', {
  query: '?url',
  import: 'default',
  eager: true,
});
const STORE = new URL('test-speech/', location.href).href;

let connection: Connection<SpeechApi>;
let files: GivenFile[];
let parcel: Float32Array;

const blobOf = async (address: string): Promise<Blob> => (await fetch(address)).blob();

beforeAll(async () => {
  files = await Promise.all(
    Object.entries(ADDRESSES).map(async ([name, address]) => ({ name, file: await blobOf(address) })),
  );
  const wav = await (await blobOf(parcelUrl)).arrayBuffer();
  parcel = Float32Array.from(new Int16Array(wav.slice(44)), (sample) => sample / 32_768);
  const { port1, port2 } = new MessageChannel();
  serve(new Speech(), port1);
  port1.start();
  port2.start();
  connection = connect<SpeechApi>(port2);
});

afterAll(async () => {
  connection.close();
  const store = new OwnSetStore(new URL(STORE));
  for (const { id } of await store.list()) await store.remove(id);
});

async function bring(given: readonly GivenFile[]): Promise<string> {
  const brought = await connection.api.bring(STORE, given, {});
  if (!brought.ok) throw new Error(`${brought.error.message} ${brought.error.cause ?? ''}`);
  return brought.value.id;
}

const expected = reference.decoded['parcel en'].text;

describe('the worker of speech networks', () => {
  it('keeps a network that it tried out, and opens it again', async () => {
    const done: number[] = [];
    const brought = await connection.api.bring(STORE, files, {
      onProgress: (progress) => done.push(progress.done),
    });
    expect(brought).toMatchObject({
      ok: true,
      value: {
        note: { title: 'Whisper of width 32', fileName: 'whisper', languages: ['en', 'de', 'fr', 'jv'] },
      },
    });
    expect(done.at(-1)).toBe(
      files
        .filter(({ name }) => !name.endsWith('reference.json'))
        .reduce((sum, { file }) => sum + file.size, 0),
    );
    if (!brought.ok) return;
    // Another one, which knows nothing of the first.
    const { port1, port2 } = new MessageChannel();
    serve(new Speech(), port1);
    port1.start();
    port2.start();
    const other = connect<SpeechApi>(port2);
    expect(await other.api.hear(parcel.slice(), 'en', {})).toMatchObject({ error: { code: 'not-ready' } });
    expect(await other.api.openOwn(STORE, brought.value.id)).toEqual({ ok: true, value: undefined });
    const heard = await other.api.hear(parcel.slice(), 'en-GB', {});
    if (!heard.ok) throw new Error(heard.error.message);
    expect(heard.value.words.startsWith(expected.trim())).toBe(true);
    expect(heard.value.soundSec).toBeCloseTo(parcel.length / 16_000, 6);
    expect(heard.value.workSec).toBeGreaterThan(0);
    other.close();
  });

  it('stops, and goes on with the next', async () => {
    await bring(files);
    const controller = new AbortController();
    const stopped = connection.api.hear(parcel.slice(), 'en', { signal: controller.signal });
    controller.abort();
    expect(await stopped).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(await connection.api.hear(parcel.slice(), 'en', {})).toMatchObject({ ok: true });
  });

  it('does what is asked at once one after the other', async () => {
    await bring(files);
    const [first, second] = await Promise.all([
      connection.api.hear(parcel.slice(), 'de', {}),
      connection.api.hear(parcel.slice(), 'de', {}),
    ]);
    if (!first.ok || !second.ok) throw new Error('it failed');
    expect(first.value.words).toBe(second.value.words);
  });

  it('names the file that is broken, and has no network then', async () => {
    const broken = files.map(({ name, file }) => ({
      name,
      file: name.includes('decoder') ? file.slice(0, file.size - 1000) : file,
    }));
    expect(await connection.api.bring(STORE, broken, {})).toMatchObject({
      ok: false,
      error: {
        code: 'bad-network',
        message: expect.stringMatching(/^decoder_model_merged\.onnx: expected/) as string,
      },
    });
    expect(await connection.api.hear(parcel.slice(), 'en', {})).toMatchObject({
      error: { code: 'not-ready' },
    });
    expect(await connection.api.openOwn(STORE, '0'.repeat(64))).toMatchObject({
      error: { code: 'not-ready' },
    });
  });
});
