import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { mulberry32 } from '../../src/kernel/rng.ts';
import { lockOfNotes } from '../../src/studios/compose/engine/constraints.ts';
import { distancesOf, halfDistances, type Distances } from '../../src/studios/compose/engine/distances.ts';
import { measure, type Metrics } from '../../src/studios/compose/engine/metrics.ts';
import { Piece } from '../../src/studios/compose/engine/piece.ts';
import { PRESETS, type Preset } from '../../src/studios/compose/engine/presets.ts';
import { rollToNotes, sliceRoll, WINDOW_STEPS, type Roll } from '../../src/studios/compose/engine/roll.ts';
import { runToEnd } from '../../src/studios/compose/engine/run.ts';
import { separateVoices } from '../../src/studios/compose/engine/voices.ts';
import { UsageError } from '../look/folders.ts';
import { cleanTestChorales, rollOf, type Chorale } from './chorales.ts';
import { loadNetwork, type NodeNetwork } from './network.ts';

const ALL_VOICES = [0, 1, 2, 3];
const HALVES_SEED = 7;

interface Options {
  readonly data: string;
  readonly limit: number;
  readonly preset: Preset;
  readonly json: string | undefined;
  readonly rolls: string | undefined;
}

interface EvalReport {
  readonly weights: string;
  readonly preset: Preset;
  readonly pieces: number;
  /** The sampler, Bach, what was given. */
  readonly samples: Metrics & Distances;
  readonly bach: Metrics;
  readonly melodies: Metrics & Distances;
  readonly halvesOfBach: Distances;
  /** Cells of Bach's chorales that `separateVoices` gives to a voice that sings them ÷ cells. */
  readonly voiceAccuracy: number;
  readonly meanEdits: number;
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      limit: { type: 'string' },
      risk: { type: 'string' },
      seed: { type: 'string' },
      veto: { type: 'boolean' },
      json: { type: 'string' },
      rolls: { type: 'string' },
    },
    allowNegative: true,
  });
  if (values.data === undefined)
    throw new UsageError('say where the chorales are: --data Jsb16thSeparated.json');
  const [preset] = PRESETS;
  const numberOf = (text: string | undefined, otherwise: number): number => {
    const value = text === undefined ? otherwise : Number(text);
    if (!(value >= 0)) throw new UsageError(`a number was expected, not ${text}`);
    return value;
  };
  return {
    data: values.data,
    limit: numberOf(values.limit, Infinity),
    json: values.json,
    rolls: values.rolls,
    preset: {
      ...preset,
      constraints: {
        ...preset.constraints,
        ...(values.veto === undefined ? {} : { voiceLeading: values.veto }),
      },
      settings: {
        ...preset.settings,
        seed: numberOf(values.seed, preset.settings.seed),
        temperature:
          values.risk === undefined
            ? preset.settings.temperature
            : [{ at: 0, value: numberOf(values.risk, 1) }],
      },
    },
  };
}

async function harmonise(
  chorale: Chorale,
  { settings, constraints }: Preset,
  { model, shape }: NodeNetwork,
): Promise<Piece> {
  const melody = rollOf(chorale, [0], shape, Math.min(WINDOW_STEPS, chorale.length));
  const piece = new Piece({ roll: melody, locked: lockOfNotes(melody), settings, constraints });
  await runToEnd(piece, (cells) => model.logitsOf(cells));
  return piece;
}

function voiceAccuracy(chorales: readonly Chorale[], shape: NodeNetwork['shape']): number {
  let right = 0;
  let cells = 0;
  for (const chorale of chorales) {
    const { rows } = separateVoices(rollOf(chorale, ALL_VOICES, shape, chorale.length));
    chorale.forEach((step, at) => {
      const found = ALL_VOICES.map((voice) => rows[at * ALL_VOICES.length + voice] ?? -1);
      for (const pitch of new Set(step.filter((each) => each >= 0))) {
        const row = pitch - shape.pitchLowMidi;
        cells += 1;
        if (found.some((each, voice) => each === row && step[voice] === pitch)) right += 1;
      }
    });
  }
  return right / cells;
}

/** As `eval.py --rolls` reads them. */
const toSamples = (rolls: readonly Roll[]): string =>
  JSON.stringify({
    pieces: rolls.map((roll, i) => ({
      name: `${i}`,
      steps: roll.steps,
      notes: rollToNotes(roll).map(({ startStep, lengthSteps, pitchMidi }) => [
        startStep,
        startStep + lengthSteps,
        pitchMidi,
      ]),
    })),
  });

function print({ samples, bach, melodies, halvesOfBach, voiceAccuracy: accuracy }: EvalReport): void {
  const line = (name: string, ...cells: readonly (number | undefined)[]): void =>
    console.log(
      name.padEnd(16),
      ...cells.map((cell) => (cell === undefined ? '' : cell.toFixed(4)).padStart(10)),
    );
  console.log(
    ' '.repeat(16),
    'samples'.padStart(10),
    'Bach'.padStart(10),
    'melody'.padStart(10),
    'halves'.padStart(10),
  );
  for (const name of Object.keys(bach) as (keyof Metrics)[])
    line(name, samples[name], bach[name], melodies[name]);
  for (const name of ['chords', 'classes'] as const)
    line(`${name}, distance`, samples[name], 0, melodies[name], halvesOfBach[name]);
  console.log(`voices of Bach’s chorales found: ${(100 * accuracy).toFixed(2)} % of their notes`);
}

/**
 * Harmonises the sopranos of the clean test chorales, the melody locked, with the default preset, and compares the first 8
 * bars with Bach's. In Node: the tab makes the same notes (src/studios/compose/worker/same-notes.test.ts).
 *
 * @param args of the command line
 * @throws UsageError when the data are missing or of another form
 */
export async function evalCompose(args: readonly string[]): Promise<void> {
  const { data, limit, preset, json, rolls: rollsPath } = readOptions(args);
  const chorales = cleanTestChorales(data).slice(0, limit);
  const network = await loadNetwork();
  const made: Piece[] = [];
  for (const chorale of chorales) made.push(await harmonise(chorale, preset, network));
  const samples = made.map(({ roll }) => sliceRoll(roll, 0, WINDOW_STEPS));
  const bach = chorales.map((chorale) => rollOf(chorale, ALL_VOICES, network.shape));
  const melodies = chorales.map((chorale) => rollOf(chorale, [0], network.shape));
  const report: EvalReport = {
    weights: network.sha256,
    preset,
    pieces: chorales.length,
    samples: { ...measure(samples), ...distancesOf(samples, bach) },
    bach: measure(bach),
    melodies: { ...measure(melodies), ...distancesOf(melodies, bach) },
    halvesOfBach: halfDistances(bach, mulberry32(HALVES_SEED)),
    voiceAccuracy: voiceAccuracy(chorales, network.shape),
    meanEdits: made.reduce((sum, { edits }) => sum + edits.length, 0) / made.length,
  };
  network.model.dispose();
  print(report);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  if (rollsPath !== undefined) writeFileSync(rollsPath, toSamples(samples));
}
