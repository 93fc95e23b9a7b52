import { mulberry32 } from '../../../../kernel/rng.ts';

const SIDE = 224;
const TILE = 16;
const TILES = SIDE / TILE;

/**
 * The picture that `testing/networks/make.py` makes under this number: squares of random colour.
 *
 * @param index 0–31
 * @returns [224, 224, 3] uint8, RGB
 */
export function randomPicture(index: number): Uint8Array {
  const rng = mulberry32(1000 + index);
  const base = Array.from({ length: 3 }, () => Math.trunc(rng() * 192));
  const small = Uint8Array.from(
    { length: TILES * TILES * 3 },
    (_, i) => (base[i % 3] ?? 0) + Math.trunc(rng() * 64),
  );
  const picture = new Uint8Array(SIDE * SIDE * 3);
  for (let y = 0, at = 0; y < SIDE; y += 1)
    for (let x = 0; x < SIDE; x += 1)
      for (let channel = 0; channel < 3; channel += 1, at += 1)
        picture[at] = small[(Math.trunc(y / TILE) * TILES + Math.trunc(x / TILE)) * 3 + channel] ?? 0;
  return picture;
}
