import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLASS_COUNT, createLookModel, EMBEDDING_DIM, INPUT_SIZE, type LookModel } from './model.ts';
import { WeightsError } from '../../../kernel/tensors/safetensors.ts';

const MODEL = new URL('../../../../models/efficientnet-lite1/', import.meta.url);
const INPUT_LENGTH = INPUT_SIZE * INPUT_SIZE * 3;
const FIXTURES = 3;

const read = (path: string) => new Uint8Array(readFileSync(new URL(path, MODEL)));
const floats = (path: string) => new Float32Array(read(path).buffer);
const row = (values: Float32Array, index: number, length: number) =>
  values.subarray(index * length, (index + 1) * length);

const weights = read('weights.safetensors').buffer;
const inputs = read('fixtures/inputs.u8.bin');
const features = floats('fixtures/features.f32.bin');
const logits = floats('fixtures/logits.f32.bin');

function images(indices: readonly number[]): tf.Tensor4D {
  const values = indices.flatMap((index) =>
    Array.from(inputs.subarray(index * INPUT_LENGTH, (index + 1) * INPUT_LENGTH), (x) => (x - 127) / 128),
  );
  return tf.tensor4d(values, [indices.length, INPUT_SIZE, INPUT_SIZE, 3]);
}

function cosine(a: Float32Array, b: Float32Array): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  a.forEach((x, i) => {
    const y = b[i] ?? NaN;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  });
  return ab / Math.sqrt(aa * bb);
}

const best = (values: Float32Array) => values.indexOf(Math.max(...values));

describe('EfficientNet-Lite1', () => {
  let model: LookModel;

  beforeAll(async () => {
    const wasm = new URL('../../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url);
    setWasmPaths(fileURLToPath(wasm));
    setThreadsCount(1);
    expect(await tf.setBackend('wasm')).toBe(true);
    model = createLookModel(weights);
  });

  afterAll(() => {
    model.dispose();
    expect(tf.memory().numTensors).toBe(0);
  });

  it.each(Array.from({ length: FIXTURES }, (_, index) => index))(
    'agrees with PyTorch on tensor %i',
    (index) => {
      const [embedding, scores] = tf.tidy(() => {
        const found = model.embed(images([index]));
        return [found.dataSync<'float32'>(), model.classify(found).dataSync<'float32'>()];
      });
      const expectedScores = row(logits, index, CLASS_COUNT);
      expect(cosine(embedding ?? new Float32Array(), row(features, index, EMBEDDING_DIM))).toBeGreaterThan(
        0.9999,
      );
      expect(cosine(scores ?? new Float32Array(), expectedScores)).toBeGreaterThan(0.9999);
      expect(best(scores ?? new Float32Array())).toBe(best(expectedScores));
    },
  );

  it('embeds each picture of a batch as if it were alone', () => {
    const [batch, alone] = tf.tidy(() => [
      model.embed(images([2, 0])).dataSync<'float32'>(),
      model.embed(images([0])).dataSync<'float32'>(),
    ]);
    const second = row(batch ?? new Float32Array(), 1, EMBEDDING_DIM);
    expect(Math.max(...second.map((value, i) => Math.abs(value - (alone?.[i] ?? NaN))))).toBeLessThan(1e-4);
  });

  it('leaves no tensor behind but its answer, and keeps its input', () => {
    const input = images([0]);
    const before = tf.memory().numTensors;
    const embedding = model.embed(input);
    expect(embedding.shape).toEqual([1, EMBEDDING_DIM]);
    expect(tf.memory().numTensors).toBe(before + 1);
    const scores = model.classify(embedding);
    expect(scores.shape).toEqual([1, CLASS_COUNT]);
    expect(tf.memory().numTensors).toBe(before + 2);
    tf.dispose([embedding, scores]);
    expect(input.isDisposed).toBe(false);
    input.dispose();
  });

  it('lives on when it is made inside a tidy, and frees all it has at dispose', () => {
    const before = tf.memory().numTensors;
    const made: LookModel[] = [];
    tf.tidy(() => {
      made.push(createLookModel(weights));
    });
    expect(tf.memory().numTensors).toBeGreaterThan(before);
    made.forEach((inner) => inner.dispose());
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses tensors of another shape', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      expect(() => model.embed(tf.zeros([1, 224, 224, 3]))).toThrow(
        'images: expected shape [B, 240, 240, 3], found [1, 224, 224, 3]',
      );
      expect(() => model.classify(tf.zeros([1, 1000]))).toThrow(
        'features: expected shape [B, 1280], found [1, 1000]',
      );
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    [
      'lacks a tensor',
      '"head.bias"',
      '"nose.bias"',
      'tensor head.bias: expected shape [1280], found no such tensor',
    ],
    [
      'has a transposed one',
      '[1280,1000]',
      '[1000,1280]',
      'tensor classifier.weight: expected shape [1280, 1000]',
    ],
    [
      'has one of another length',
      '[3,3,3,32]',
      '[9,1,3,32]',
      'tensor stem.weight: expected shape [3, 3, 3, 32]',
    ],
  ])('refuses a file that %s, and frees what it had made', (_, from, to, message) => {
    const before = tf.memory().numTensors;
    const changed = () => createLookModel(withHeader((header) => header.replace(from, to)));
    expect(changed).toThrow(WeightsError);
    expect(changed).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a file with a tensor too many: it is of another network', () => {
    const extra = '{"extra":{"dtype":"F16","shape":[0],"data_offsets":[0,0]},';
    expect(() => createLookModel(withHeader((header) => header.replace('{', extra)))).toThrow(
      'tensor extra: expected no such tensor, found one',
    );
  });
});

function withHeader(change: (header: string) => string): ArrayBuffer {
  const length = Number(new DataView(weights).getBigUint64(0, true));
  const header = new TextEncoder().encode(
    change(new TextDecoder().decode(new Uint8Array(weights, 8, length))),
  );
  const data = new Uint8Array(weights, 8 + length);
  const file = new Uint8Array(8 + header.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  file.set(data, 8 + header.length);
  return file.buffer;
}
