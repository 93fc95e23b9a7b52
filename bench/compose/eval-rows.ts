import { existsSync, readFileSync } from 'node:fs';
import type { Distances } from '../../src/studios/compose/engine/distances.ts';
import type { Metrics } from '../../src/studios/compose/engine/metrics.ts';
import { row, type Row } from '../look/row.ts';

/** What `npm run eval -- compose --json` writes, as far as the table needs it. */
interface EvalFile {
  readonly weights: string;
  readonly pieces: number;
  readonly samples: Metrics & Distances;
  readonly bach: Metrics;
  readonly halvesOfBach: Distances;
}

/** A figure of ours against Bach's own, in percent. */
function nearRow(name: 'dissonant' | 'triads' | 'hold', { samples, bach, pieces }: EvalFile): Row {
  return row({
    id: name,
    what: `default preset on ${pieces} clean test sopranos, ${name}: distance from Bach’s own figure`,
    value: 100 * Math.abs(samples[name] / bach[name] - 1),
    unit: '%',
    must: { atMost: 10 },
    beside: { ours: samples[name], Bach: bach[name] },
  });
}

/**
 * The rows of the table that are about the music, from the last evaluation.
 *
 * @param path of the evaluation's file
 * @param weights sha-256 of the network that ships
 * @returns no rows where there is no evaluation
 * @throws Error when the evaluation is of another network
 */
export function evalRows(path: string, weights: string): Row[] {
  if (!existsSync(path)) {
    console.log(`no ${path}: npm run eval -- compose --data FILE --json ${path} makes it`);
    return [];
  }
  const file = JSON.parse(readFileSync(path, 'utf8')) as EvalFile;
  if (file.weights !== weights) throw new Error(`${path} is of another network: make it again`);
  const { samples, bach, halvesOfBach } = file;
  const notes = { what: 'mean notes a step', value: samples.notesPerStep, unit: '' };
  const far = (name: keyof Distances, what: string): Row =>
    row({
      id: `distance-${name}`,
      what: `Jensen–Shannon distance to Bach, ${what}, ÷ that between two halves of Bach’s`,
      value: samples[name] / halvesOfBach[name],
      unit: '',
      must: { atMost: 1.25 },
      beside: { ours: samples[name], halves: halvesOfBach[name] },
    });
  return [
    nearRow('dissonant', file),
    nearRow('triads', file),
    nearRow('hold', file),
    row({ ...notes, id: 'notes-least', must: { atLeast: 3.8 }, beside: { Bach: bach.notesPerStep } }),
    row({ ...notes, id: 'notes-most', must: { atMost: 4 }, beside: {} }),
    row({
      id: 'ranges',
      what: 'sounding notes within the ranges of S, A, T, B',
      value: 100 * samples.inRange,
      unit: '%',
      must: { atLeast: 99 },
      beside: {},
    }),
    row({
      id: 'parallels',
      what: 'parallel fifths and octaves per 1,000 moves, with the veto',
      value: samples.parallels,
      unit: '',
      must: { atMost: 4 },
      beside: { Bach: bach.parallels },
    }),
    far('chords', 'chord transitions'),
    far('classes', 'pitch classes'),
  ];
}
