import { describe, expect, it } from 'vitest';
import { mulberry32, normal, type Rng } from '../../../kernel/rng.ts';
import { PRINT_WORDS } from '../engine/print.ts';
import { PlainComparer, type RowPair } from '../engine/twin-compare.ts';
import { tilesOf } from '../engine/twin-pairs.ts';
import { FastComparer } from './fast-comparer.ts';

const LEAST = 0.6;

function unit(rng: Rng, dim: number, near?: Float32Array): Float32Array {
  const vector = Float32Array.from(
    { length: dim },
    (_, i) => (near?.[i] ?? 0) * Math.sqrt(dim) + normal(rng),
  );
  const norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return vector.map((x) => x / norm);
}

/** Hashes of which some bits are another's. */
function hashes(rng: Rng, near?: Uint32Array): Uint32Array {
  return Uint32Array.from({ length: PRINT_WORDS }, (_, at) => {
    // The last word of a hash holds 13 bits.
    const bits = at % 4 === 2 ? 0x1fff : at % 4 === 3 ? 0 : 0xffff_ffff;
    const few = (rng() * 2 ** 32) & (rng() * 2 ** 32) & (rng() * 2 ** 32);
    return ((near === undefined ? rng() * 2 ** 32 : (near[at] ?? 0) ^ few) & bits) >>> 0;
  });
}

const inOrder = (pairs: readonly RowPair[]): RowPair[] =>
  pairs.toSorted((p, q) => p.row - q.row || p.column - q.column);

describe('the comparison in SIMD', () => {
  it.each([
    [1280, 75],
    [1280, 64],
    [7, 130],
    [12, 3],
    [1, 9],
  ])('finds the pairs of the plain one: %i numbers, %i rows', async (dim, rows) => {
    const rng = mulberry32(dim * 1_000 + rows);
    const plain = new PlainComparer();
    const fast = await FastComparer.load(dim);
    let last: { vector: Float32Array; hash: Uint32Array } | undefined;
    for (let row = 0; row < rows; row += 1) {
      // Every third is like the one before it.
      const near = row % 3 === 0 ? undefined : last;
      const made = { vector: unit(rng, dim, near?.vector), hash: hashes(rng, near?.hash) };
      plain.add(made.vector, made.hash);
      fast.add(made.vector, made.hash);
      last = made;
    }
    expect(fast.rows).toBe(rows);
    let found = 0;
    for (const first of [0, Math.floor(rows / 2)])
      for (const tile of tilesOf(first, rows)) {
        const expected = inOrder(plain.compare(tile, LEAST));
        const got = inOrder(fast.compare(tile, LEAST));
        // At the very border single precision may decide otherwise.
        const isClear = ({ likeness, cosine }: RowPair): boolean =>
          likeness > LEAST + 1e-5 && cosine > 0.5 + 1e-5;
        expect(got.filter(isClear).map(({ row, column, differing }) => [row, column, differing])).toEqual(
          expected.filter(isClear).map(({ row, column, differing }) => [row, column, differing]),
        );
        for (const pair of got) {
          const twin = expected.find(({ row, column }) => row === pair.row && column === pair.column);
          if (twin !== undefined) expect(pair.cosine).toBeCloseTo(twin.cosine, 5);
        }
        found += expected.filter(isClear).length;
      }
    expect(found).toBeGreaterThan(rows / 3 - 1);
  });

  it('refuses rows of another size', async () => {
    const fast = await FastComparer.load(8);
    expect(() => fast.add(new Float32Array(7), new Uint32Array(PRINT_WORDS))).toThrow(/8 numbers/);
    expect(() => fast.add(new Float32Array(8), new Uint32Array(3))).toThrow(/found 8 and 3/);
    expect(fast.rows).toBe(0);
  });
});
