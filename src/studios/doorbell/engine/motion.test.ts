import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_MOTION, lumaOf, motionRule, MotionWatch, type MotionStep } from './motion.ts';

const WIDTH = 64;
const HEIGHT = 48;

/** A place: a wall with a door, the same every time. */
const scene = (x: number, y: number): number =>
  (x > 20 && x < 40 && y > 8 ? 70 : 150) + ((x * 7 + y * 13) % 9);

type Change = (value: number, x: number, y: number, frame: number) => number;

/** Numbers in [−1, 1), the same every time. */
function noiseBy(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (1_664_525 * state + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** The scene, frame by frame, with a change to it and the noise of a cheap camera. */
function watched(
  frames: number,
  change: Change,
  { noise = 6, seed = 1, watch = new MotionWatch() } = {},
): MotionStep[] {
  const next = noiseBy(seed);
  return Array.from({ length: frames }, (_, frame) => {
    const luma = new Uint8Array(WIDTH * HEIGHT);
    for (let y = 0; y < HEIGHT; y += 1)
      for (let x = 0; x < WIDTH; x += 1) {
        const value = change(scene(x, y), x, y, frame) + noise * next();
        luma[y * WIDTH + x] = Math.max(0, Math.min(255, Math.round(value)));
      }
    return watch.push({ width: WIDTH, height: HEIGHT, luma });
  });
}

/** Somebody of some size who walks through from a frame on. */
const walker =
  (from: number, width = 8, level = 30): Change =>
  (value, x, y, frame) => {
    const at = (frame - from) * 2;
    return frame >= from && x >= at && x < at + width && y > 12 ? level : value;
  };
const never: Change = (value) => value;

describe('movement', () => {
  it('of nobody is none, whatever the noise of the camera', () => {
    for (const seed of [1, 2, 3])
      expect(watched(120, never, { noise: 12, seed }).some(({ isPresent }) => isPresent)).toBe(false);
  });

  it('of somebody who walks in is seen within a second, and is over when they have gone', () => {
    const steps = watched(80, walker(20));
    const first = steps.findIndex(({ isPresent }) => isPresent);
    expect(first).toBeGreaterThanOrEqual(20 + DEFAULT_MOTION.enough - 1);
    expect(first).toBeLessThan(26);
    expect(steps.slice(first, 50).every(({ isPresent }) => isPresent)).toBe(true);
    expect(steps.at(-1)?.isPresent).toBe(false);
    // Where they are is marked, and little else.
    const { changed } = steps[30] ?? { changed: new Uint8Array() };
    expect(changed[40 * WIDTH + 22]).toBe(1);
    expect(changed[40 * WIDTH + 60]).toBe(0);
  });

  it('in the dark too: as long as they differ by more than the level', () => {
    const dark: Change = (value, x, y, frame) => walker(20, 8, 45)(value / 10, x, y, frame);
    expect(watched(60, dark, { noise: 3 }).some(({ isPresent }) => isPresent)).toBe(true);
  });

  it('of an insect, once before the lens, is none', () => {
    const insect: Change = (value, x, y, frame) => (frame === 30 && x < 30 && y < 20 ? 10 : value);
    expect(watched(60, insect).some(({ isPresent }) => isPresent)).toBe(false);
  });

  it('of a light that is switched on or a cloud is none', () => {
    const light: Change = (value, _x, _y, frame) => (frame >= 30 ? value + 60 : value);
    const gain: Change = (value, _x, _y, frame) => (frame >= 30 ? value * 1.35 : value);
    const cloud: Change = (value, _x, _y, frame) => value - 30 * Math.sin(frame / 10);
    for (const change of [light, gain, cloud])
      expect(watched(90, change).some(({ isPresent }) => isPresent)).toBe(false);
  });

  it('of a camera that is nudged is none, and what comes then is seen', () => {
    const nudged: Change = (value, x, y, frame) =>
      walker(60)(frame >= 30 ? ((x + y) % 2 === 0 ? 250 : 20) : value, x, y, frame);
    const steps = watched(90, nudged);
    expect(steps.filter(({ isGlobal }) => isGlobal)).toHaveLength(1);
    expect(steps.slice(0, 60).some(({ isPresent }) => isPresent)).toBe(false);
    expect(steps.slice(60).some(({ isPresent }) => isPresent)).toBe(true);
  });

  it('of a parcel that is put down becomes background', () => {
    const parcel: Change = (value, x, y, frame) => (frame >= 20 && x > 44 && x < 56 && y > 34 ? 20 : value);
    const steps = watched(600, parcel);
    expect(steps.slice(20, 60).some(({ isPresent }) => isPresent)).toBe(true);
    expect(steps.at(-1)?.isPresent).toBe(false);
  });
});

describe('any pictures', () => {
  const picture = fc.record({
    width: fc.integer({ min: 0, max: 12 }),
    height: fc.integer({ min: 0, max: 12 }),
    fill: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 40 }),
  });

  it('are looked at without a fault; what has changed is counted', () => {
    fc.assert(
      fc.property(fc.array(picture, { maxLength: 60 }), (pictures) => {
        const watch = new MotionWatch();
        for (const { width, height, fill } of pictures) {
          const luma = Uint8Array.from({ length: width * height }, (_, i) => fill[i % fill.length] ?? 0);
          const { changed, share, isGlobal } = watch.push({ width, height, luma });
          expect(changed).toHaveLength(width * height);
          const count = changed.reduce((sum, each) => sum + each, 0);
          expect(share).toBe(isGlobal || count === 0 ? 0 : count / (width * height));
        }
      }),
    );
  });

  it('the same picture again and again, lighter or darker as a whole, is never movement', () => {
    const pixels = fc.array(fc.integer({ min: 40, max: 200 }), { minLength: 48, maxLength: 48 });
    const shifts = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(pixels, shifts, (values, each) => {
        const watch = new MotionWatch();
        for (const shift of each) {
          const luma = values.map((value) => value + shift);
          expect(watch.push({ width: 8, height: 6, luma })).toMatchObject({ share: 0, isPresent: false });
        }
      }),
    );
  });
});

it('how much must change is a share of the picture, within its range', () => {
  expect(motionRule(2).enterShare).toBe(0.02);
  expect(motionRule(500).enterShare).toBe(0.5);
  expect(motionRule(NaN)).toEqual(motionRule(2));
  // A small one is seen by a fine rule only.
  const small = walker(20, 2);
  expect(watched(50, small, { watch: new MotionWatch(motionRule(10)) }).some((step) => step.isPresent)).toBe(
    false,
  );
  expect(watched(50, small, { watch: new MotionWatch(motionRule(1)) }).some((step) => step.isPresent)).toBe(
    true,
  );
});

it('grey is what the eye sees', () => {
  expect([...lumaOf([255, 255, 255, 255, 0, 255, 0, 255, 0, 0, 255, 255])]).toEqual([255, 150, 29]);
});
