import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { panBy, seenRect, showRect, tileSize, toMap, toScreen, WHOLE, zoomAt } from './camera.ts';
import { boundsOf, isInside } from './lasso.ts';

const size = { width: 900, height: 600 };
const share = fc.double({ min: 0, max: 1, noNaN: true });
const zoom = fc.double({ min: 0.5, max: 400, noNaN: true });

describe('the camera', () => {
  it('toMap undoes toScreen', () => {
    fc.assert(
      fc.property(share, share, zoom, share, share, (x, y, factor, px, py) => {
        const camera = { x, y, zoom: factor };
        const back = toMap(camera, size, toScreen(camera, size, { x: px, y: py }));
        expect(back.x).toBeCloseTo(px, 6);
        expect(back.y).toBeCloseTo(py, 6);
      }),
    );
  });

  it('zooming keeps what is under the pointer there', () => {
    const pixel = { x: 300, y: 200 };
    const under = toMap(WHOLE, size, pixel);
    const after = toScreen(zoomAt(WHOLE, size, pixel, 3), size, under);
    expect(after.x).toBeCloseTo(300, 6);
    expect(after.y).toBeCloseTo(200, 6);
  });

  it('neither zooms nor moves without end', () => {
    expect(zoomAt(WHOLE, size, { x: 0, y: 0 }, 1e9).zoom).toBe(400);
    expect(zoomAt(WHOLE, size, { x: 0, y: 0 }, 1e-9).zoom).toBe(0.5);
    expect(panBy(WHOLE, size, { x: -1e6, y: 1e6 })).toEqual({ x: 1, y: 0, zoom: 1 });
  });

  it('shows a stretch of the map whole', () => {
    const rect = { left: 0.2, top: 0.3, right: 0.4, bottom: 0.4 };
    const seen = seenRect(showRect(rect), size, 0);
    expect(seen.left).toBeLessThan(rect.left);
    expect(seen.top).toBeLessThan(rect.top);
    expect(seen.right).toBeGreaterThan(rect.right);
    expect(seen.bottom).toBeGreaterThan(rect.bottom);
  });

  it('zooming in takes pictures apart: they grow, but more slowly than their distances', () => {
    const before = tileSize(WHOLE, size, 20_000);
    const after = tileSize({ ...WHOLE, zoom: 16 }, size, 20_000);
    expect(after).toBeGreaterThan(before);
    expect(after).toBeLessThan(before * 16);
    expect(tileSize({ ...WHOLE, zoom: 400 }, size, 3)).toBe(168);
  });
});

describe('the lasso', () => {
  const line = [
    { x: 0, y: 0 },
    { x: 4, y: 0 },
    { x: 4, y: 4 },
    { x: 2, y: 1 },
    { x: 0, y: 4 },
  ];

  it('knows inside from outside, in a bay too', () => {
    expect(isInside(line, { x: 0.5, y: 2 })).toBe(true);
    expect(isInside(line, { x: 2, y: 2 })).toBe(false);
    expect(isInside(line, { x: 5, y: 2 })).toBe(false);
  });

  it('is never outside its own bounds', () => {
    const { left, right } = boundsOf(line);
    fc.assert(
      fc.property(
        fc.double({ min: -9, max: 9, noNaN: true }),
        fc.double({ min: -9, max: 9, noNaN: true }),
        (x, y) => {
          if (isInside(line, { x, y })) expect(x >= left && x <= right).toBe(true);
        },
      ),
    );
  });
});
