import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mulberry32, normal } from '../../../kernel/rng.ts';
import { classProbability, type Classifier, logPartitions, logSumExp, readClassifier } from './classifier.ts';

const FOLDER = 'models/efficientnet-lite1';

function random(seed: number, dim: number, classes: number): Classifier {
  const rng = mulberry32(seed);
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => normal(rng));
  return { dim, classes, weights: draw(classes * dim), bias: draw(classes) };
}

/** Softmax by the book. */
function softmax({ dim, classes, weights, bias }: Classifier, vector: Float32Array): number[] {
  const logits = Array.from({ length: classes }, (_, c) =>
    vector.reduce((sum, x, i) => sum + x * (weights[c * dim + i] ?? 0), bias[c] ?? 0),
  );
  const powers = logits.map((logit) => Math.exp(logit));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

describe('the classifier over stored embeddings', () => {
  it('is the softmax, for any number of pictures and classes', () => {
    const shape = fc.record({
      seed: fc.integer(),
      dim: fc.integer({ min: 1, max: 9 }),
      classes: fc.integer({ min: 1, max: 9 }),
      rows: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(shape, ({ seed, dim, classes, rows }) => {
        const classifier = random(seed, dim, classes);
        const rng = mulberry32(seed + 1);
        const vectors = Array.from({ length: rows }, () =>
          Float32Array.from({ length: dim }, () => normal(rng)),
        );
        const logs = new Float64Array(4);
        logPartitions(classifier, vectors, logs);
        for (const [at, vector] of vectors.entries()) {
          const expected = softmax(classifier, vector);
          for (const [index, probability] of expected.entries())
            expect(classProbability(classifier, [index], vector, logs[at] ?? 0)).toBeCloseTo(probability, 9);
          const all = expected.map((_, index) => index);
          expect(classProbability(classifier, all, vector, logs[at] ?? 0)).toBeCloseTo(1, 9);
        }
      }),
    );
  });

  it('reads the layer of the network that the site ships, transposed', () => {
    const bytes = readFileSync(`${FOLDER}/weights.safetensors`);
    const { dim, classes, weights, bias } = readClassifier(Uint8Array.from(bytes).buffer);
    expect([dim, classes, weights.length, bias.length]).toEqual([1280, 1000, 1_280_000, 1000]);
    expect(weights.every(Number.isFinite)).toBe(true);
  });

  it('names what is missing in other weights', () => {
    const header = new TextEncoder().encode('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}');
    const file = new Uint8Array(8 + header.length + 4);
    new DataView(file.buffer).setUint32(0, header.length, true);
    file.set(header, 8);
    expect(() => readClassifier(file.buffer)).toThrow('classifier.weight');
  });
});

it('logSumExp does not overflow', () => {
  expect(logSumExp([1_000, 1_000])).toBeCloseTo(1_000 + Math.LN2, 9);
  expect(logSumExp([-2_000])).toBe(-2_000);
});
