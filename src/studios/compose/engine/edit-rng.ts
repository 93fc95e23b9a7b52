import { mulberry32, type Rng } from '../../../kernel/rng.ts';

// The finaliser of MurmurHash3: every bit of the input changes half of the bits of the output.
function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * The random numbers of one edit. Each edit has a stream of its own, so that a run can be taken up again at any edit
 * without the state of a generator being kept.
 *
 * @param seed of the run, uint32
 * @param edit which one, from 0
 * @returns numbers in [0, 1)
 * @see Austin Appleby, MurmurHash3, fmix32 (public domain)
 */
export function editRng(seed: number, edit: number): Rng {
  return mulberry32(mix(mix(seed) + Math.imul(edit, 0x9e3779b9)));
}

/**
 * A seed from what a person typed.
 *
 * @param text any text; a whole number below 2^32 is itself
 * @returns uint32, by FNV-1a over the UTF-16 code units for other texts
 */
export function seedOf(text: string): number {
  const trimmed = text.trim();
  if (/^\d{1,10}$/.test(trimmed) && Number(trimmed) < 2 ** 32) return Number(trimmed);
  let hash = 0x811c9dc5;
  for (let i = 0; i < trimmed.length; i += 1)
    hash = Math.imul(hash ^ trimmed.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
