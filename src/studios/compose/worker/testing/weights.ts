import { mulberry32, normal } from '../../../../kernel/rng.ts';
import type { ArCnnShape } from '../../engine/network-shape.ts';

/** A small network of the right kind. */
export const SMALL_NETWORK: ArCnnShape = {
  steps: 128,
  pitches: 48,
  pitchLowMidi: 36,
  patch: [4, 2],
  widths: [8, 12, 16],
  blocks: [1, 0, 2, 1, 1],
  dilations: [1, 2],
};

/** Its manifest, as far as the network is concerned. */
export const SMALL_MANIFEST = {
  pitchLowMidi: 36,
  T: 128,
  P: 48,
  network: { patch: [4, 2], widths: [8, 12, 16], blocks: [1, 0, 2, 1, 1], dilations: [1, 2] },
};

// Every tensor of a network, by name, with its shape.
function tensorsOf({ steps, pitches, patch, widths, blocks }: ArCnnShape): [string, number[]][] {
  const [one, two, three] = widths;
  const cells = patch[0] * patch[1];
  const tensors: [string, number[]][] = [];
  const conv = (name: string, size: number, from: number, to: number): void => {
    tensors.push([`${name}.weight`, [size, size, from, to]], [`${name}.bias`, [to]]);
  };
  const pitched = (name: string, from: number, to: number, scale: number): void => {
    conv(name, 3, from, to);
    const phases = Math.max(1, 4 / (patch[0] * scale));
    tensors.push([`${name}.place`, [phases, pitches / (patch[1] * scale), to]]);
  };
  const chain = (name: string, count: number, width: number): void => {
    for (let i = 0; i < count; i += 1) {
      conv(`${name}.${i}.first`, 3, width, width);
      conv(`${name}.${i}.second`, 3, width, width);
    }
  };
  if (steps % (4 * patch[0]) !== 0) throw new RangeError('no whole patches');
  pitched('stem', cells, one, 1);
  chain('down_1', blocks[0], one);
  pitched('to_2', one, two, 2);
  chain('down_2', blocks[1], two);
  pitched('to_3', two, three, 4);
  chain('bottom', blocks[2], three);
  conv('from_3', 1, three, 4 * two);
  chain('up_2', blocks[3], two);
  conv('from_2', 1, two, 4 * one);
  chain('up_1', blocks[4], one);
  conv('head', 3, one, cells);
  return tensors;
}

/**
 * A weights file of random numbers.
 *
 * @param shape of the network
 * @param seed other numbers for another seed
 * @returns the bytes of a safetensors file, float32
 */
export function randomWeights(shape: ArCnnShape, seed: number): ArrayBuffer {
  const rng = mulberry32(seed);
  const header: Record<string, unknown> = {};
  const values: number[] = [];
  for (const [name, sizes] of tensorsOf(shape)) {
    const begin = values.length * 4;
    const count = sizes.reduce((product, size) => product * size, 1);
    const fanIn = sizes.length === 4 ? count / (sizes[3] ?? 1) : 100;
    for (let i = 0; i < count; i += 1) values.push(normal(rng) * Math.sqrt(2 / fanIn));
    header[name] = { dtype: 'F32', shape: sizes, data_offsets: [begin, values.length * 4] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / 4) * 4;
  const file = new Uint8Array(8 + padded + values.length * 4);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.fill(0x20, 8, 8 + padded);
  file.set(text, 8);
  new Float32Array(file.buffer, 8 + padded).set(values);
  return file.buffer;
}
