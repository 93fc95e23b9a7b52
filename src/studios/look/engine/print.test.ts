import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../kernel/rng.ts';
import { leastDiffering, likenessOf } from './likeness.ts';
import { HASH_BITS, HASH_WORDS, lumaOf, LUMA_SIDE, MIRROR, PRINT_WORDS, printOf } from './print.ts';

const SIDE = LUMA_SIDE;

/** A picture without hard edges or symmetry: some waves of random direction, as a function of places in [0, 1). */
function scene(seed: number): (x: number, y: number) => number {
  const rng = mulberry32(seed);
  const waves = Array.from({ length: 14 }, () => ({
    u: (rng() - 0.5) * 9,
    v: (rng() - 0.5) * 9,
    phase: rng() * 2 * Math.PI,
    height: 4 + rng() * 12,
  }));
  return (x, y) =>
    waves.reduce(
      (sum, { u, v, phase, height }) => sum + height * Math.cos(2 * Math.PI * (u * x + v * y) + phase),
      128,
    );
}

/** Draws a scene, or another view of it. */
function draw(
  of: (x: number, y: number) => number,
  view: (x: number, y: number) => readonly [number, number] = (x, y) => [x, y],
  change: (value: number) => number = (value) => value,
): Uint8Array {
  return Uint8Array.from({ length: SIDE * SIDE }, (_, at) => {
    const value = of(...view(((at % SIDE) + 0.5) / SIDE, (Math.floor(at / SIDE) + 0.5) / SIDE));
    return Math.max(0, Math.min(255, Math.round(change(value))));
  });
}

const bitsBetween = (a: Uint8Array, b: Uint8Array): number =>
  leastDiffering(printOf(a).hashes, printOf(b).hashes);
const seeds = Array.from({ length: 6 }, (_, i) => i + 1);

describe('the hashes of a print', () => {
  it('are those of the definition, straight from the sums', () => {
    const luma = draw(scene(5));
    const side = 32;
    const cell = SIDE / side;
    const small = Array.from({ length: side * side }, (_, at) => {
      const [left, top] = [(at % side) * cell, Math.floor(at / side) * cell];
      let sum = 0;
      for (let y = 0; y < cell; y += 1)
        for (let x = 0; x < cell; x += 1) sum += luma[(top + y) * SIDE + left + x] ?? 0;
      return sum / cell ** 2;
    });
    const bits: number[] = [];
    for (let v = 0; v < 12; v += 1)
      for (let u = 0; u + v < 12; u += 1) {
        if (u + v === 0) continue;
        let sum = 0;
        small.forEach((value, at) => {
          const across = Math.cos(((2 * (at % side) + 1) * u * Math.PI) / (2 * side));
          const down = Math.cos(((2 * Math.floor(at / side) + 1) * v * Math.PI) / (2 * side));
          sum += value * across * down;
        });
        bits.push(sum > 0 ? 1 : 0);
      }
    expect(bits).toHaveLength(HASH_BITS);
    const { hashes } = printOf(luma);
    expect(bits.map((_, at) => ((hashes[at >> 5] ?? 0) >>> (at & 31)) & 1)).toEqual(bits);
  });

  it('outlast brightness, contrast and noise', () => {
    for (const seed of seeds) {
      const rng = mulberry32(seed + 100);
      const plain = draw(scene(seed));
      for (const changed of [
        draw(scene(seed), undefined, (value) => value * 0.7),
        draw(scene(seed), undefined, (value) => value * 0.8 + 40),
        draw(scene(seed), undefined, (value) => value + (rng() - 0.5) * 24),
      ])
        expect(bitsBetween(plain, changed)).toBeLessThanOrEqual(6);
    }
  });

  it('of a mirrored picture are the same but for the bits of MIRROR', () => {
    for (const seed of seeds) {
      const { hashes } = printOf(draw(scene(seed)));
      const mirrored = printOf(draw(scene(seed), (x, y) => [1 - x, y])).hashes;
      const expected = hashes.subarray(0, HASH_WORDS).map((word, at) => word ^ (MIRROR[at] ?? 0));
      expect([...mirrored.subarray(0, HASH_WORDS)]).toEqual([...expected]);
      expect(leastDiffering(hashes, mirrored)).toBe(0);
    }
  });

  it.each([
    ['the middle', 0.05, 0.05],
    ['a corner', 0, 0.1],
    ['anywhere', 0.03, 0.07],
  ])('find a picture of which %s is left after cropping 10 %, also mirrored', (_, left, top) => {
    for (const seed of seeds) {
      const whole = draw(scene(seed));
      const cropped = draw(scene(seed), (x, y) => [left + 0.9 * x, top + 0.9 * y]);
      const both = draw(scene(seed), (x, y) => [left + 0.9 * (1 - x), top + 0.9 * y]);
      expect(bitsBetween(whole, cropped)).toBeLessThanOrEqual(14);
      expect(bitsBetween(cropped, whole)).toBe(bitsBetween(whole, cropped));
      expect(bitsBetween(whole, both)).toBeLessThanOrEqual(14);
    }
  });

  it('differ between pictures', () => {
    const prints = seeds.map((seed) => printOf(draw(scene(seed))).hashes);
    for (const [at, a] of prints.entries())
      for (const b of prints.slice(at + 1)) expect(leastDiffering(a, b)).toBeGreaterThan(14);
  });

  it('of a picture of one colour are all zero, and it is not sharp', () => {
    const { hashes, sharpness } = printOf(new Uint8Array(SIDE * SIDE).fill(77));
    expect([...hashes]).toEqual(Array.from({ length: PRINT_WORDS }, () => 0));
    expect(sharpness).toBe(0);
  });

  it('want the whole square', () => {
    expect(() => printOf(new Uint8Array(10))).toThrow(/expected 65536 values, found 10/);
    expect(() => lumaOf(new Uint8ClampedArray(10))).toThrow(/expected 262144 bytes, found 10/);
  });
});

describe('sharpness', () => {
  it('falls when a picture is blurred, and not with its brightness', () => {
    const rng = mulberry32(9);
    const noise = Uint8Array.from({ length: SIDE * SIDE }, () => Math.floor(rng() * 200));
    const blurred = noise.map(
      (value, at) => (value + (noise[at + 1] ?? value) + (noise[at + SIDE] ?? value)) / 3,
    );
    const darker = noise.map((value) => value / 2);
    expect(printOf(blurred).sharpness).toBeLessThan(0.8 * printOf(noise).sharpness);
    expect(printOf(darker).sharpness / printOf(noise).sharpness).toBeCloseTo(1, 1);
  });
});

describe('lumaOf', () => {
  it('weighs the channels by Rec. 601', () => {
    const rgba = new Uint8ClampedArray(SIDE * SIDE * 4);
    rgba.set([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 255]);
    expect([...lumaOf(rgba).subarray(0, 5)]).toEqual([76, 150, 29, 255, 0]);
  });
});

describe('likenessOf', () => {
  it('is 1 for equals, and falls with both', () => {
    expect(likenessOf(1, 0)).toBe(1);
    expect(likenessOf(1, HASH_BITS / 2)).toBe(0.5);
    expect(likenessOf(0.5, 0)).toBe(0.75);
    expect(likenessOf(-1, HASH_BITS)).toBe(-1);
  });
});
