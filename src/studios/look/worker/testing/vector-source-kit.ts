import { mulberry32, normal } from '../../../../kernel/rng.ts';
import type { VectorSource } from '../exchange/vector-source.ts';

/** A collection of n pictures in memory whose ids begin at 3, with names that every format has trouble with. */
export function makeSource(n: number, dim: number, seed = 1): VectorSource {
  const rng = mulberry32(seed);
  const rows = new Map(
    Array.from({ length: n }, (_, at) => [3 + at, Float32Array.from({ length: dim }, () => normal(rng))]),
  );
  const names = ['plain.jpg', 'dir/tab\there.jpg', 'say "x", y.jpg', 'Ängström 写真.jpg', 'two\nlines.jpg'];
  return {
    name: 'Shirts & Shoes',
    network: 'b'.repeat(64),
    dim,
    set: 0,
    createdAt: 1_700_000_000_000 + seed,
    pictures: [...rows.keys()].map((id, at) => ({
      id,
      name: names[at % names.length] ?? '',
      hash: (1_000 * seed + id).toString(16).padStart(64, '0'),
      bytes: 2 ** 33 + id,
      width: 640,
      height: 480,
    })),
    vector: (id) => rows.get(id),
  };
}
