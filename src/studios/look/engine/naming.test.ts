import { describe, expect, it } from 'vitest';
import { mulberry32, normal, type Rng } from '../../../kernel/rng.ts';
import { inverseNorm } from './distance.ts';
import { learnName, nameProbability, thresholdQuality } from './naming.ts';

const DIM = 32;

/** Pictures of one kind: all features above 0 as the network gives them, some of them larger for this kind. */
function kind(rng: Rng, seed: number, count: number): Float32Array[] {
  const marks = mulberry32(seed);
  const centre = Array.from({ length: DIM }, () => 1 + (marks() < 0.25 ? 1.5 : 0));
  return Array.from({ length: count }, () =>
    Float32Array.from(centre, (level) => Math.abs(level + 0.4 * normal(rng)) * (0.5 + rng())),
  );
}

const rng = mulberry32(7);
const shoes = kind(rng, 1, 60);
const hats = kind(rng, 2, 60);
const coats = kind(rng, 3, 60);

const share = (pictures: readonly Float32Array[], model: Parameters<typeof nameProbability>[0]): number =>
  pictures.filter((vector) => nameProbability(model, vector, inverseNorm(vector)) >= 0.5).length /
  pictures.length;

describe('learnName', () => {
  it('finds the rest of a kind from a few, although some of the others are of it too', () => {
    const others = [...shoes.slice(8), ...hats, ...coats];
    const { model, heldBack } = learnName({ yes: shoes.slice(0, 8), no: [], others });
    const ordered = [...shoes.slice(8).map((vector) => ({ vector, isShoe: true }))]
      .concat([...hats, ...coats].map((vector) => ({ vector, isShoe: false })))
      .map((each) => ({ ...each, at: nameProbability(model, each.vector, inverseNorm(each.vector)) }))
      .sort((a, b) => b.at - a.at);
    expect(ordered.slice(0, 52).filter(({ isShoe }) => isShoe).length / 52).toBeGreaterThan(0.95);
    expect(heldBack.yes).toHaveLength(8);
    expect(heldBack.no).toEqual([]);
  });

  it('holds every marked picture back once, and is right about them', () => {
    const examples = {
      yes: shoes.slice(0, 12),
      no: hats.slice(0, 7),
      others: [...shoes.slice(12), ...coats],
    };
    const { model, heldBack } = learnName(examples);
    expect(heldBack.yes).toHaveLength(12);
    expect(heldBack.no).toHaveLength(7);
    expect(share(hats.slice(7), model)).toBe(0);
    expect(share(shoes.slice(12), model)).toBeGreaterThan(0.9);
    const quality = thresholdQuality(heldBack, 0.5);
    expect(quality.precision).toBe(1);
    expect(quality.recall).toBeGreaterThan(0.8);
  });

  it('has not seen what it holds back: a stray among the marked is not recognised', () => {
    // A coat that was named a shoe by mistake: only by heart could it be known.
    const { model, heldBack } = learnName({
      yes: [...shoes.slice(0, 9), coats[0]!],
      no: coats.slice(1, 10),
      others: hats,
    });
    expect(nameProbability(model, coats[0]!, inverseNorm(coats[0]!))).toBeGreaterThan(
      Math.min(...heldBack.yes),
    );
    expect(heldBack.yes.filter((probability) => probability < 0.5)).toHaveLength(1);
  });

  it('does not mind how bright a vector is, and gives the same answer twice', () => {
    const examples = { yes: shoes.slice(0, 5), no: hats.slice(0, 5), others: coats };
    const { model, heldBack } = learnName(examples);
    expect(learnName(examples).heldBack).toEqual(heldBack);
    const twice = shoes[9]!.map((x) => 2 * x);
    expect(nameProbability(model, twice, inverseNorm(twice))).toBeCloseTo(
      nameProbability(model, shoes[9]!, inverseNorm(shoes[9]!)),
      6,
    );
  });

  it('works with one picture, with copies of one, and refuses to learn from nothing', () => {
    const one = learnName({ yes: [shoes[0]!], no: [], others: hats });
    expect(one.heldBack).toEqual({ yes: [], no: [] });
    expect(share([shoes[0]!], one.model)).toBe(1);
    const copies = learnName({ yes: [shoes[0]!, shoes[0]!], no: [shoes[0]!], others: [] });
    expect(nameProbability(copies.model, shoes[0]!, inverseNorm(shoes[0]!))).toBeCloseTo(0.5, 3);
    expect(() => learnName({ yes: [], no: hats, others: [] })).toThrow('needs a picture');
    expect(() => learnName({ yes: shoes, no: [], others: [] })).toThrow('does not have it');
  });
});

describe('thresholdQuality', () => {
  const heldBack = { yes: [0.9, 0.6, 0.2], no: [0.7, 0.1] };

  it('counts what is at or above the threshold', () => {
    const { between, ...counts } = thresholdQuality(heldBack, 0.6);
    expect(counts).toEqual({ found: 3, right: 2, precision: 2 / 3, recall: 2 / 3 });
    // Wilson's interval of 2 of 3.
    expect(between[0]).toBeCloseTo(0.2077, 3);
    expect(between[1]).toBeCloseTo(0.9385, 3);
    expect(thresholdQuality(heldBack, 0).found).toBe(5);
  });

  it('has no precision when nothing was found, or when nothing is known not to have the name', () => {
    expect(thresholdQuality(heldBack, 0.95).precision).toBeUndefined();
    expect(thresholdQuality({ yes: [0.9], no: [] }, 0.5)).toEqual({
      found: 1,
      right: 1,
      precision: undefined,
      between: [0, 1],
      recall: 1,
    });
    expect(thresholdQuality({ yes: [], no: [] }, 0.5).recall).toBeUndefined();
  });
});
