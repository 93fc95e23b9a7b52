import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isQuiet } from './announcer.ts';
import { medianCm } from './median.ts';
import { DEFAULT_TRIGGER, saneTrigger, Trigger, type TriggerSettings } from './trigger.ts';

const EVERY_MS = 100;

/** Feeds a curve of distances at 10 Hz; answers when a visitor was announced, in ms. */
function announced(
  curve: readonly (number | undefined)[],
  more: { settings?: Partial<TriggerSettings>; visitMs?: number; minuteOfDay?: number } = {},
): number[] {
  const trigger = new Trigger(saneTrigger(more.settings ?? {}));
  const times: number[] = [];
  let endMs = Infinity;
  curve.forEach((distanceCm, index) => {
    const atMs = index * EVERY_MS;
    if (atMs >= endMs) {
      trigger.visitEnded(atMs);
      endMs = Infinity;
    }
    if (!trigger.push({ atMs, distanceCm, minuteOfDay: more.minuteOfDay ?? 600 }).fired) return;
    times.push(atMs);
    endMs = atMs + (more.visitMs ?? 5000);
  });
  return times;
}

const hold = (distanceCm: number | undefined, seconds: number): (number | undefined)[] =>
  Array.from({ length: Math.round((seconds * 1000) / EVERY_MS) }, () => distanceCm);

describe('median', () => {
  it('takes the middle, and no echo as far away', () => {
    expect(medianCm([])).toBeUndefined();
    expect(medianCm([120, 80, 100])).toBe(100);
    expect(medianCm([120, undefined, undefined])).toBeUndefined();
    expect(medianCm([120, undefined, 80])).toBe(120);
  });
});

describe('trigger', () => {
  it('announces who comes into the band and stays, once', () => {
    expect(announced([...hold(250, 5), ...hold(80, 60)])).toHaveLength(1);
  });

  it('announces nobody at a distance, too near, or with no echo', () => {
    expect(announced([...hold(250, 20), ...hold(10, 20), ...hold(undefined, 20)])).toEqual([]);
  });

  it('announces nobody who only passes by, and no error of a reading', () => {
    expect(announced([...hold(250, 5), ...hold(80, 1), ...hold(250, 20)])).toEqual([]);
    const rain = hold(250, 120).map((cm, index) => (index % 7 === 0 ? 90 : cm));
    expect(announced(rain)).toEqual([]);
  });

  it('stays with a visitor whose echo is lost now and then', () => {
    const visitor = hold(90, 20).map((cm, index) => (index % 4 === 0 ? undefined : cm));
    expect(announced([...hold(250, 5), ...visitor])).toHaveLength(1);
  });

  it('announces the next visitor after the first one has left and the hold-off is over', () => {
    const curve = [...hold(80, 10), ...hold(250, 10), ...hold(80, 10)];
    expect(announced(curve, { settings: { holdOffSec: 2 } })).toHaveLength(2);
    expect(announced(curve, { settings: { holdOffSec: 60 } })).toHaveLength(1);
  });

  it('takes what stands still for long as furniture, and sees who stands before it', () => {
    const settings = { furnitureSec: 60, holdOffSec: 5 };
    const parcel = hold(150, 120);
    const curve = [...hold(250, 5), ...parcel, ...hold(80, 10), ...hold(150, 60)];
    expect(announced(curve, { settings })).toHaveLength(2);
    // Once it is gone, somebody who stands in its place is seen.
    const later = [...parcel, ...hold(250, 10), ...hold(150, 10)];
    expect(announced(later, { settings })).toHaveLength(2);
  });

  it('is quiet in the quiet hours', () => {
    const night = { fromMinute: 22 * 60, toMinute: 6 * 60 };
    const curve = hold(80, 10);
    expect(announced(curve, { settings: { quiet: night }, minuteOfDay: 180 })).toEqual([]);
    expect(announced(curve, { settings: { quiet: night }, minuteOfDay: 720 })).toHaveLength(1);
    expect(isQuiet(night, 22 * 60)).toBe(true);
    expect(isQuiet(night, 6 * 60)).toBe(false);
    expect(isQuiet({ fromMinute: 60, toMinute: 60 }, 60)).toBe(false);
  });

  it('sees the next visitor though nobody ended the visit', () => {
    const curve = [...hold(80, 10), ...hold(250, 700), ...hold(80, 10)];
    expect(announced(curve, { visitMs: Infinity })).toHaveLength(2);
  });

  it('does not join readings over a silence of the sensor', () => {
    const trigger = new Trigger({ ...DEFAULT_TRIGGER, staySec: 0 });
    const push = (atMs: number): boolean => trigger.push({ atMs, distanceCm: 80, minuteOfDay: 0 }).present;
    for (let atMs = 0; atMs < 500; atMs += EVERY_MS) push(atMs);
    const after = [60_000, 60_100, 60_200, 60_300, 60_400].map(push);
    expect(after).not.toContain(true);
  });

  it('announces two visitors never closer than visit and hold-off, whatever the sensor says', () => {
    const distance = fc.option(fc.double({ min: 2, max: 400, noNaN: true }), { nil: undefined });
    const part = fc.tuple(distance, fc.double({ min: 0.1, max: 20, noNaN: true }));
    const curves = fc.array(part, { maxLength: 40 });
    fc.assert(
      fc.property(curves, fc.integer({ min: 0, max: 40 }), (parts, holdOffSec) => {
        const curve = parts.flatMap(([cm, seconds]) => hold(cm, seconds));
        const times = announced(curve, { settings: { holdOffSec } });
        times.slice(1).forEach((time, index) => {
          expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(5000 + holdOffSec * 1000);
        });
      }),
    );
  });

  it('makes sane settings of anything', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('nearestCm', 'farthestCm', 'medianOf', 'enough', 'window', 'staySec', 'holdOffSec'),
          fc.oneof(fc.double(), fc.constant(undefined)),
        ),
        (wanted) => {
          const { nearestCm, farthestCm, medianOf, enough, window } = saneTrigger(wanted);
          expect(nearestCm).toBeLessThanOrEqual(farthestCm);
          expect(medianOf % 2).toBe(1);
          expect(2 * enough).toBeGreaterThan(window);
          expect(enough).toBeLessThanOrEqual(window);
        },
      ),
    );
    expect(saneTrigger({})).toEqual(DEFAULT_TRIGGER);
    expect(saneTrigger({ nearestCm: 300, farthestCm: 100 })).toMatchObject({
      nearestCm: 100,
      farthestCm: 300,
    });
  });
});
