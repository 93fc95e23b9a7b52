import { WINDOW_STEPS } from './roll.ts';

/** Sizes of an AR-CNN, as `models/ar-cnn/manifest.json` states them. */
export interface ArCnnShape {
  /** T, sixteenths. */
  readonly steps: number;
  /** P, rows. */
  readonly pitches: number;
  /** MIDI number of row 0. */
  readonly pitchLowMidi: number;
  /** A patch of the roll is one place of the first level, with a channel for each of its cells. */
  readonly patch: readonly [steps: number, semitones: number];
  /** Channels of the three levels. */
  readonly widths: readonly [number, number, number];
  /** Residual blocks: down 1, down 2, bottom, up 2, up 1. */
  readonly blocks: readonly [number, number, number, number, number];
  /** Dilation along time of the first convolution of each block of the bottom. */
  readonly dilations: readonly number[];
}

/** A network of a thousand channels is no network of ours. */
const MAX_SIZE = 1024;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function counts(value: unknown, length: number | undefined, name: string, least: number): number[] {
  const isList =
    Array.isArray(value) &&
    (length === undefined || value.length === length) &&
    value.every((size) => Number.isInteger(size) && size >= least && size <= MAX_SIZE);
  if (!isList) throw new RangeError(`manifest: ${name}: expected sizes, found ${JSON.stringify(value)}`);
  return value as number[];
}

/**
 * Reads the sizes out of a manifest, trusting nothing in it.
 *
 * @param manifest the parsed manifest.json
 * @returns the sizes
 * @throws RangeError naming the entry that is missing or impossible
 */
export function readShape(manifest: unknown): ArCnnShape {
  if (!isRecord(manifest)) throw new RangeError('manifest: expected an object');
  const network = isRecord(manifest.network) ? manifest.network : manifest;
  const [pitchLowMidi = 0] = counts([manifest.pitchLowMidi], 1, 'pitchLowMidi', 0);
  const [steps = 0, pitches = 0] = counts([manifest.T, manifest.P], 2, 'T and P', 1);
  const [patchSteps = 0, semitones = 0] = counts(network.patch, 2, 'patch', 1);
  const [one = 0, two = 0, three = 0] = counts(network.widths, 3, 'widths', 1);
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0] = counts(network.blocks, 5, 'blocks', 0);
  const dilations = counts(network.dilations, undefined, 'dilations', 1);
  // Three levels: each place of the last one is four by four of the first.
  if (steps !== WINDOW_STEPS || steps % (4 * patchSteps) !== 0 || pitches % (4 * semitones) !== 0)
    throw new RangeError(`manifest: a roll of ${steps} × ${pitches} has no whole patches at three levels`);
  if (pitchLowMidi + pitches > 128) throw new RangeError('manifest: pitches beyond MIDI');
  if (dilations.length < b2)
    throw new RangeError(`manifest: dilations: expected ${b2}, found ${dilations.length}`);
  return {
    steps,
    pitches,
    pitchLowMidi,
    patch: [patchSteps, semitones],
    widths: [one, two, three],
    blocks: [b0, b1, b2, b3, b4],
    dilations,
  };
}
