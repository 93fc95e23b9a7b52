import { describe, expect, it } from 'vitest';
import { RateMeter } from './rate.ts';

describe('RateMeter', () => {
  it('knows nothing at first', () => {
    const meter = new RateMeter();
    expect(meter.perSecond).toBeUndefined();
    meter.note(0, 0);
    meter.note(100, 5);
    expect(meter.perSecond).toBeUndefined();
  });

  it('tells units per second', () => {
    const meter = new RateMeter();
    for (let i = 0; i <= 20; i += 1) meter.note(i * 100, i * 3);
    expect(meter.perSecond).toBeCloseTo(30, 6);
  });

  it('forgets what is more than its window ago', () => {
    const meter = new RateMeter();
    for (let i = 0; i <= 100; i += 1) meter.note(i * 100, i);
    for (let i = 1; i <= 100; i += 1) meter.note(10_000 + i * 100, 100 + i * 5);
    expect(meter.perSecond).toBeCloseTo(50, 0);
  });
});
