import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSafetensors, type StoredTensor } from '../../../kernel/tensors/safetensors.ts';
import { writeSafetensors } from '../../../kernel/tensors/safetensors-write.ts';
import { createResNet } from '../engine/model-resnet.ts';
import { normalise, PREPROCESSINGS, type Preprocessing } from '../engine/preprocessing.ts';
import { RESNET_INPUT_SIZE } from '../engine/resnet-weights.ts';
import { randomPicture } from '../engine/testing/random-pictures.ts';
import { formatOf, readResNet } from './recognise.ts';

/** ATELIER_NETWORKS names a folder that `make.py DIR --full` wrote: then it is ResNet-50 itself, which takes a minute. */
const FOLDER = process.env.ATELIER_NETWORKS;
const FIXTURES =
  FOLDER === undefined
    ? new URL('../engine/testing/networks/', import.meta.url)
    : pathToFileURL(`${FOLDER}/`);
const WIDTH = FOLDER === undefined ? 4 : 64;
const DIM = 32 * WIDTH;
const PICTURES = 32;
const NEIGHBOURS = 5;

const read = (name: string): ArrayBuffer => new Uint8Array(readFileSync(new URL(name, FIXTURES))).buffer;
const FILES = { torchvision: 'resnet-torchvision.safetensors', keras: 'resnet-keras.h5' } as const;
type Variant = keyof typeof FILES;
const VARIANTS: readonly Variant[] = ['torchvision', 'keras'];
const pictures = Array.from({ length: PICTURES }, (_, index) => randomPicture(index));

function fileOf(variant: Variant): { readonly file: ArrayBuffer; readonly format: 'safetensors' | 'h5' } {
  const file = read(FILES[variant]);
  const format = formatOf(new Uint8Array(file, 0, 64));
  if (format !== 'safetensors' && format !== 'h5') throw new Error(`not recognised: ${format}`);
  return { file, format };
}

async function embedAll(
  tensors: ReadonlyMap<string, StoredTensor>,
  variant: Variant,
  preprocessing: Preprocessing = PREPROCESSINGS[variant],
): Promise<Float32Array[]> {
  const network = createResNet(tensors, variant);
  expect(network.dim).toBe(DIM);
  const found: Float32Array[] = [];
  for (const picture of pictures) {
    const before = tf.memory().numTensors;
    const images = tf.tensor4d(normalise(picture, preprocessing), [
      1,
      RESNET_INPUT_SIZE,
      RESNET_INPUT_SIZE,
      3,
    ]);
    const features = network.embed(images);
    found.push(new Float32Array(await features.data<'float32'>()));
    tf.dispose([images, features]);
    expect(tf.memory().numTensors).toBe(before);
  }
  network.dispose();
  return found;
}

/** Vectors without their mean: what networks with random weights have in common says nothing about pictures. */
function centred(vectors: readonly Float32Array[]): Float64Array[] {
  const mean = Float64Array.from({ length: DIM }, (_, axis) =>
    vectors.reduce((sum, vector) => sum + (vector[axis] ?? NaN) / vectors.length, 0),
  );
  return vectors.map((vector) => Float64Array.from(vector, (value, axis) => value - (mean[axis] ?? NaN)));
}

function cosine(a: Float64Array, b: Float64Array): number {
  const dot = (x: Float64Array, y: Float64Array): number =>
    x.reduce((sum, value, axis) => sum + value * (y[axis] ?? NaN), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

const neighbours = (vectors: readonly Float64Array[]): number[][] =>
  vectors.map((query, own) =>
    vectors
      .map((vector, id) => ({ id, score: cosine(query, vector) }))
      .filter(({ id }) => id !== own)
      .sort((a, b) => b.score - a.score)
      .slice(0, NEIGHBOURS)
      .map(({ id }) => id),
  );

function reference(variant: Variant): Float64Array[] {
  const values = new Float32Array(read(`${variant}.f32.bin`));
  return centred(Array.from({ length: PICTURES }, (_, i) => values.subarray(i * DIM, (i + 1) * DIM)));
}

const worst = (a: readonly Float64Array[], b: readonly Float64Array[]): number =>
  Math.min(...a.map((vector, i) => cosine(vector, b[i] ?? new Float64Array(DIM))));

beforeAll(async () => {
  const wasm = new URL('../../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url);
  setWasmPaths(fileURLToPath(wasm));
  setThreadsCount(1);
  expect(await tf.setBackend('wasm')).toBe(true);
});

afterAll(() => expect(tf.memory().numTensors).toBe(0));

describe.each(VARIANTS)('ResNet-50 with %s’s names', (variant) => {
  it('is recognised by its content', () => {
    const { file, format } = fileOf(variant);
    expect(format).toBe(variant === 'keras' ? 'h5' : 'safetensors');
    const { variant: found, stem, width } = readResNet(file, format);
    expect({ found, stem, width }).toEqual({
      found: variant,
      stem: variant === 'keras' ? 64 : WIDTH,
      width: WIDTH,
    });
  });

  it(`gives the embeddings of ${variant}’s own code and the same neighbours`, async () => {
    const { file, format } = fileOf(variant);
    const ours = centred(await embedAll(readResNet(file, format).tensors, variant));
    expect(worst(ours, reference(variant))).toBeGreaterThan(0.999_99);
    expect(neighbours(ours)).toEqual(neighbours(reference(variant)));
  });

  it('gives them with weights kept as float16 too', async () => {
    const { file, format } = fileOf(variant);
    const started = performance.now();
    const whole = writeSafetensors(readResNet(file, format).tensors, {});
    const readMs = performance.now() - started;
    const ours = centred(await embedAll(parseSafetensors(whole), variant));
    const embedMs = performance.now() - started - readMs;
    if (FOLDER !== undefined)
      console.info(
        `${variant}: ${whole.byteLength} bytes kept, read in ${readMs.toFixed(0)} ms, ` +
          `${(embedMs / PICTURES).toFixed(0)} ms a picture, worst cosine ${worst(ours, reference(variant)).toFixed(7)}`,
      );
    expect(worst(ours, reference(variant))).toBeGreaterThan(0.999);
    // In the narrow network some neighbours are nearer to one another than float16 can tell.
    const theirs = neighbours(reference(variant)).flat();
    const same = neighbours(ours)
      .flat()
      .filter((id, at) => id === theirs[at]);
    expect(same.length / theirs.length).toBeGreaterThanOrEqual(0.95);
  });

  it('gives others when red and blue are swapped', async () => {
    const { file, format } = fileOf(variant);
    const own = PREPROCESSINGS[variant];
    const swapped = { ...own, order: own.order === 'rgb' ? 'bgr' : 'rgb' } as const;
    const ours = centred(await embedAll(readResNet(file, format).tensors, variant, swapped));
    expect(worst(ours, reference(variant))).toBeLessThan(0.9);
    expect(neighbours(ours)).not.toEqual(neighbours(reference(variant)));
  });

  // At full width the mean over a map hides most of where its places were taken.
  it.skipIf(FOLDER !== undefined)('gives others with the stride in the other convolution', async () => {
    const { file, format } = fileOf(variant);
    const other = variant === 'keras' ? 'torchvision' : 'keras';
    const ours = centred(await embedAll(readResNet(file, format).tensors, other, PREPROCESSINGS[variant]));
    expect(worst(ours, reference(variant))).toBeLessThan(0.999);
  });
});
