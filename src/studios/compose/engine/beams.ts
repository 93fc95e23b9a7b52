import { STEPS_PER_QUARTER } from './roll.ts';

/** What is written at a time: a note or chord, or a rest. */
export interface Written {
  /** In its bar, sixteenths. */
  readonly from: number;
  readonly steps: number;
  readonly isRest: boolean;
}

/** What MusicXML calls the parts of a beam. */
export type Beam = 'begin' | 'continue' | 'end' | 'forward hook' | 'backward hook';

const EIGHTH = 2;
const DOTTED_EIGHTH = 3;

// Eighths have one beam, sixteenths two; what is longer has none.
const beamsOf = ({ steps, isRest }: Written): number => {
  if (isRest || steps > DOTTED_EIGHTH) return 0;
  return steps < EIGHTH ? 2 : 1;
};

// The runs of one beat that a beam joins: neighbours with at least so many beams.
function runs(beat: readonly number[], counts: readonly number[], level: number): number[][] {
  const found: number[][] = [];
  let run: number[] = [];
  for (const index of beat) {
    if ((counts[index] ?? 0) >= level) run.push(index);
    else if (run.length > 0) {
      found.push(run);
      run = [];
    }
  }
  return run.length > 0 ? [...found, run] : found;
}

/**
 * Joins eighths and sixteenths by beams, within each beat and not over rests.
 *
 * @param bar what is written in one bar, in order, without gaps
 * @returns for each of it its beams, the outer first
 */
export function beamsOfBar(bar: readonly Written[]): Beam[][] {
  const counts = bar.map(beamsOf);
  const beams = bar.map((): Beam[] => []);
  const beats = new Map<number, number[]>();
  bar.forEach(({ from }, index) => {
    const beat = Math.floor(from / STEPS_PER_QUARTER);
    beats.set(beat, [...(beats.get(beat) ?? []), index]);
  });
  for (const beat of beats.values())
    for (const outer of runs(beat, counts, 1)) {
      if (outer.length < 2) continue;
      outer.forEach((index, at) => {
        beams[index]?.push(at === 0 ? 'begin' : at === outer.length - 1 ? 'end' : 'continue');
      });
      for (const inner of runs(outer, counts, 2))
        inner.forEach((index, at) => {
          if (inner.length === 1) beams[index]?.push(index === outer[0] ? 'forward hook' : 'backward hook');
          else beams[index]?.push(at === 0 ? 'begin' : at === inner.length - 1 ? 'end' : 'continue');
        });
    }
  return beams;
}
