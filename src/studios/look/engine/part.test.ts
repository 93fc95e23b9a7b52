import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partBox } from './part.ts';

describe('partBox', () => {
  it('is the square around the middle of the part', () => {
    expect(partBox(1000, 800, { x: 0.4, y: 0.25, width: 0.1, height: 0.25 })).toEqual({
      x: 350,
      y: 200,
      width: 200,
      height: 200,
    });
  });

  it('stays inside the picture and holds the part, for any part', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const side = fc.integer({ min: 1, max: 9000 });
    fc.assert(
      fc.property(side, side, share, share, share, share, (width, height, x, y, w, h) => {
        const part = { x, y, width: Math.min(w, 1 - x), height: Math.min(h, 1 - y) };
        const box = partBox(width, height, part);
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width);
        expect(box.y + box.height).toBeLessThanOrEqual(height);
        expect(box.width).toBeGreaterThanOrEqual(Math.min(width, Math.floor(part.width * width)));
        expect(box.height).toBeGreaterThanOrEqual(Math.min(height, Math.floor(part.height * height)));
      }),
    );
  });
});
