import { deleteDB } from 'idb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Progress } from '../../../kernel/progress.ts';
import { mulberry32, normal } from '../../../kernel/rng.ts';
import type { Library } from './library.ts';
import { code, DIM, NETWORK, openLibrary, picture, value } from './testing/library-kit.ts';

const NAME = 'test-look-class-search';
const CLASSES = 7;
const PICTURES = 60;
let library: Library;
let collection: number;

const rng = mulberry32(3);
/** [DIM, CLASSES] as the network's file has it. */
const weight = Float32Array.from({ length: DIM * CLASSES }, () => normal(rng));
const bias = Float32Array.from({ length: CLASSES }, () => normal(rng));

/** A file of weights with a last layer and nothing else. */
function weightsFile(): ArrayBuffer {
  const entry = (shape: number[], from: number, to: number) => ({
    dtype: 'F32',
    shape,
    data_offsets: [from, to],
  });
  const header = new TextEncoder().encode(
    JSON.stringify({
      'classifier.weight': entry([DIM, CLASSES], 0, weight.byteLength),
      'classifier.bias': entry([CLASSES], weight.byteLength, weight.byteLength + bias.byteLength),
    }),
  );
  const file = new Uint8Array(8 + header.length + weight.byteLength + bias.byteLength);
  new DataView(file.buffer).setUint32(0, header.length, true);
  file.set(header, 8);
  file.set(new Uint8Array(weight.buffer), 8 + header.length);
  file.set(new Uint8Array(bias.buffer), 8 + header.length + weight.byteLength);
  return file.buffer;
}

/** By the book: softmax over all classes, then the sum over the wanted ones. */
function probability(content: number, wanted: readonly number[]): number {
  const { embedding } = picture(content);
  const powers = Array.from(bias, (each, c) =>
    Math.exp(embedding.reduce((sum, x, i) => sum + x * (weight[i * CLASSES + c] ?? 0), each)),
  );
  const all = powers.reduce((sum, power) => sum + power, 0);
  return wanted.reduce((sum, c) => sum + (powers[c] ?? 0), 0) / all;
}

beforeEach(async () => {
  library = await openLibrary(NAME);
  ({ id: collection } = value(await library.createCollection('Holiday', NETWORK, DIM)));
  for (let content = 1; content <= PICTURES; content += 1)
    value(await library.intake().add(collection, picture(content)));
});
afterEach(async () => {
  await library.close();
  await deleteDB(NAME);
});

it('finds by the sum of the probabilities, as computed by the book; also what came and went since', async () => {
  value(await library.useClassifier(NETWORK, weightsFile()));
  const progress: Progress[] = [];
  const expectBest = async (present: readonly number[], wanted: readonly number[]): Promise<void> => {
    const truth = present
      .map((id) => ({ id, score: probability(id, wanted) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, 9);
    const { hits } = value(
      await library.searchClasses(collection, wanted, 9, { onProgress: (each) => progress.push(each) }),
    );
    expect(hits.map(({ id, rank }) => ({ id, rank }))).toEqual(
      truth.map(({ id }, at) => ({ id, rank: at + 1 })),
    );
    for (const [at, { score }] of hits.entries()) expect(score).toBeCloseTo(truth[at]?.score ?? 0, 6);
  };
  const all = Array.from({ length: PICTURES }, (_, at) => at + 1);
  await expectBest(all, [2, 5]);
  expect(progress.map(({ done, total }) => ({ done, total }))).toEqual([
    { done: 24, total: PICTURES },
    { done: 48, total: PICTURES },
  ]);
  // The second search reads nothing again.
  await expectBest(all, [0]);
  expect(progress).toHaveLength(2);
  value(await library.remove(collection, [1, 2, 3]));
  value(await library.intake().add(collection, picture(PICTURES + 1)));
  await expectBest([...all.slice(3), PICTURES + 1], [6, 1, 3]);
});

it('can be stopped, and goes on where it was', async () => {
  value(await library.useClassifier(NETWORK, weightsFile()));
  const stop = new AbortController();
  const stopped = await library.searchClasses(collection, [1], 5, {
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  expect(code(stopped)).toBe('cancelled');
  const progress: Progress[] = [];
  value(await library.searchClasses(collection, [1], 5, { onProgress: (each) => progress.push(each) }));
  expect(progress[0]?.total).toBe(PICTURES - 24);
});

it('refuses what it cannot answer', async () => {
  expect(code(await library.searchClasses(collection, [1], 5))).toBe('wrong-network');
  value(await library.useClassifier('another network', weightsFile()));
  expect(code(await library.searchClasses(collection, [1], 5))).toBe('wrong-network');
  value(await library.useClassifier(NETWORK, weightsFile()));
  expect(code(await library.searchClasses(collection, [CLASSES], 5))).toBe('no-picture');
  expect(code(await library.searchClasses(collection, [], 5))).toBe('no-picture');
  expect(code(await library.searchClasses(collection, [1], 0))).toBe('no-picture');
});
