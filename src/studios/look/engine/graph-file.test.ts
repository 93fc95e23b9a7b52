import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../kernel/rng.ts';
import {
  deletedPositions,
  GraphFileError,
  LinkCollector,
  type GraphLinks,
  type GraphShape,
} from './graph-file.ts';
import { GraphFileSource } from './graph-file-source.ts';

const SHAPE: GraphShape = { dim: 3, m: 2, efConstruction: 200 };
const LINKS = 4 + 4 * 2 * SHAPE.m;
const ELEMENT = LINKS + 4 * SHAPE.dim + 4;

interface Made {
  readonly file: Uint8Array;
  /** [living, dim] */
  readonly alive: Float32Array;
}

/** A file as hnswlib writes it, of random links. */
function makeFile(count: number, seed: number, deletedShare: number): Made {
  const rng = mulberry32(seed);
  const below = (n: number): number => Math.floor(rng() * n);
  const levels = Array.from({ length: count }, () => (rng() < 0.2 ? 1 + below(2) : 0));
  const upperBytes = levels.map((level) => 4 + level * (4 + 4 * SHAPE.m));
  const file = new Uint8Array(56 + count * ELEMENT + upperBytes.reduce((a, b) => a + b, 0));
  const view = new DataView(file.buffer);
  const header = [0, count + 5, count, ELEMENT, ELEMENT - 4, LINKS, 2, 0, SHAPE.m, 2 * SHAPE.m, SHAPE.m];
  header.forEach((value, i) => view.setUint32(4 * i, value, true));
  view.setFloat64(44, 1 / Math.log(SHAPE.m), true);
  view.setUint32(52, SHAPE.efConstruction, true);
  const list = (at: number, most: number): void => {
    const length = below(most + 1);
    view.setUint16(at, length, true);
    for (let i = 0; i < length; i += 1) view.setUint32(at + 4 + 4 * i, below(count), true);
  };
  const alive: number[] = [];
  for (let element = 0; element < count; element += 1) {
    const at = 56 + element * ELEMENT;
    list(at, 2 * SHAPE.m);
    const deleted = rng() < deletedShare;
    if (deleted) view.setUint8(at + 2, 1);
    for (let i = 0; i < SHAPE.dim; i += 1) {
      const value = Math.fround(rng());
      view.setFloat32(at + LINKS + 4 * i, value, true);
      if (!deleted) alive.push(value);
    }
    view.setUint32(at + ELEMENT - 4, element, true);
  }
  let at = 56 + count * ELEMENT;
  levels.forEach((level, element) => {
    view.setUint32(at, (upperBytes[element] ?? 4) - 4, true);
    for (let l = 0; l < level; l += 1) list(at + 4 + l * (4 + 4 * SHAPE.m), SHAPE.m);
    at += upperBytes[element] ?? 4;
  });
  return { file, alive: Float32Array.from(alive) };
}

function collect(file: Uint8Array, pieces: readonly number[]): GraphLinks {
  const collector = new LinkCollector(SHAPE);
  let at = 0;
  for (let i = 0; at < file.length; i += 1) {
    const length = pieces[i % pieces.length] ?? file.length;
    collector.write(file.subarray(at, at + length));
    at += length;
  }
  return collector.finish();
}

const kept = (): { links: GraphLinks; alive: Float32Array } => {
  const { file, alive } = makeFile(20, 4, 0.2);
  return { links: collect(file, [4096]), alive };
};

describe('graph file', () => {
  it('comes back byte for byte, in whatever pieces it is written and read', () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.integer(),
        fc.constantFrom(0, 0.3, 1),
        pieces,
        pieces,
        (count, seed, deletedShare, written, read) => {
          const { file, alive } = makeFile(count, seed, deletedShare);
          const source = new GraphFileSource(collect(file, written), SHAPE, alive);
          expect([source.length, source.count]).toEqual([file.length, count]);
          const again = new Uint8Array(file.length + 7);
          let at = 0;
          for (let i = 0; at < file.length; i += 1)
            at += source.read(at, again.subarray(at, at + (read[i % read.length] ?? 1)));
          expect(at).toBe(file.length);
          expect(again.subarray(0, at)).toEqual(file);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('keeps no vector of a living element', () => {
    const { links } = kept();
    const dead = deletedPositions(links).length;
    expect(dead).toBeGreaterThan(0);
    expect(links.deadVectors).toHaveLength(dead * SHAPE.dim);
    expect(links.links).toHaveLength(20 * LINKS);
  });

  it('reads nothing past its end', () => {
    const { links, alive } = kept();
    const source = new GraphFileSource(links, SHAPE, alive);
    expect(source.read(source.length, new Uint8Array(4))).toBe(0);
    expect(source.read(source.length - 1, new Uint8Array(4))).toBe(1);
  });

  it.each([
    ['another dimension', { ...SHAPE, dim: 4 }],
    ['another M', { ...SHAPE, m: 3 }],
    ['another efConstruction', { ...SHAPE, efConstruction: 100 }],
  ])('refuses %s', (_what, shape) => {
    const { file } = makeFile(5, 1, 0);
    expect(() => new LinkCollector(shape).write(file)).toThrow(GraphFileError);
    const { links, alive } = kept();
    expect(() => new GraphFileSource(links, shape, alive)).toThrow(GraphFileError);
  });

  it('refuses a file that ends early or carries a foreign label', () => {
    const { file } = makeFile(20, 4, 0);
    expect(() => collect(file.subarray(0, 30), [64])).toThrow('ends early');
    expect(() => collect(file.subarray(0, 56 + 19 * ELEMENT), [64])).toThrow('ends early');
    const foreign = file.slice();
    foreign[56 + 3 * ELEMENT - 4] = 77;
    expect(() => collect(foreign, [64])).toThrow('label of another');
  });

  it('refuses links that lead astray and parts that do not fit', () => {
    const { file, alive } = makeFile(20, 4, 0);
    const links = collect(file, [64]);
    const open = (change: Partial<GraphLinks>, vectors = alive): GraphFileSource =>
      new GraphFileSource({ ...links, ...change }, SHAPE, vectors);
    const withWords = (...words: [number, number][]): Partial<GraphLinks> => {
      const copy = links.links.slice();
      for (const [at, word] of words) new DataView(copy.buffer).setUint32(at, word, true);
      return { links: copy };
    };
    expect(() => open(withWords([0, 5]))).toThrow('too long');
    expect(() => open(withWords([0, 1], [4, 19]))).not.toThrow();
    expect(() => open(withWords([0, 1], [4, 20]))).toThrow('leads nowhere');
    expect(() => open({ upper: links.upper.slice(0, -1) })).toThrow('end early');
    expect(() => open({ upper: Uint8Array.of(...links.upper, 0) })).toThrow('after the upper levels');
    expect(() => open({ links: links.links.slice(0, -1) })).toThrow('another number');
    expect(() => open({}, alive.subarray(3))).toThrow('number of vectors');
  });
});
