import { parseArgs } from 'node:util';
import { PRESETS, presetOf, type Preset } from '../../src/studios/compose/engine/presets.ts';
import { seedOf } from '../../src/studios/compose/engine/edit-rng.ts';
import { MAX_EDITS_PER_PASS } from '../../src/studios/compose/engine/settings.ts';
import { UsageError } from '../look/folders.ts';

export const USAGE = `usage: npm run compose -- --in a.mid --out b.mid [options]
       npm run compose -- --dir IN --out-dir OUT [options]

  --preset NAME        ${PRESETS.map(({ id }) => id).join(', ')}; default ${PRESETS[0].id}
  --iterations N       edits at most, one sixteenth of one pitch each; for 8 bars, longer pieces get more in proportion
  --edits-per-pass N   1–${MAX_EDITS_PER_PASS}; 1 is the original's way
  --remove PERCENT     of the given notes' cells that may be gone at any moment
  --add N              cells that may have been added at any moment
  --risk T             temperature; 1 is as learned
  --seed TEXT          the same seed and settings give the same notes
  --veto, --no-veto    no parallel fifths or octaves, nothing above the given melody
  --lock-melody        nothing that is given is changed
  --json               counts and figures, one line of JSON a file`;

/** What the command was asked to do. */
export interface ComposeArguments {
  readonly inPath: string;
  readonly outPath: string;
  /** Whether the paths are folders. */
  readonly isFolder: boolean;
  /** With the options of the command in it. */
  readonly preset: Preset;
  readonly json: boolean;
}

function number(
  name: string,
  text: string | undefined,
  least: number,
  most: number,
  isWhole: boolean,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value >= least && value <= most) || (isWhole && !Number.isInteger(value)))
    throw new UsageError(
      `--${name} takes a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}, not ${text}`,
    );
  return value;
}

const OPTIONS = {
  in: { type: 'string' },
  out: { type: 'string' },
  dir: { type: 'string' },
  'out-dir': { type: 'string' },
  preset: { type: 'string' },
  iterations: { type: 'string' },
  'edits-per-pass': { type: 'string' },
  remove: { type: 'string' },
  add: { type: 'string' },
  risk: { type: 'string' },
  seed: { type: 'string' },
  veto: { type: 'boolean' },
  'lock-melody': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowNegative: true }).values;
  } catch (thrown) {
    if (thrown instanceof TypeError) throw new UsageError(`${thrown.message}\n\n${USAGE}`);
    throw thrown;
  }
}

/**
 * Reads the command line.
 *
 * @param args without the command itself
 * @throws UsageError saying which argument is wrong, and what would do
 */
export function readArguments(args: readonly string[]): ComposeArguments {
  const values = parse(args);
  const one = values.in !== undefined && values.out !== undefined;
  const many = values.dir !== undefined && values['out-dir'] !== undefined;
  const strays = one ? [values.dir, values['out-dir']] : [values.in, values.out];
  if (one === many || strays.some((path) => path !== undefined)) throw new UsageError(USAGE);
  const preset = presetOf(values.preset ?? PRESETS[0].id);
  if (preset === undefined)
    throw new UsageError(
      `there is no preset ${values.preset}; there are ${PRESETS.map(({ id }) => id).join(', ')}`,
    );
  const { settings, constraints } = preset;
  const risk = number('risk', values.risk, 0, 100, false);
  const removed = number('remove', values.remove, 0, 100, false);
  return {
    inPath: values.in ?? values.dir ?? '',
    outPath: values.out ?? values['out-dir'] ?? '',
    isFolder: many,
    json: values.json ?? false,
    preset: {
      ...preset,
      // A share to remove that was asked for outright is not taken back by the preset's lock.
      lockNotes: values['lock-melody'] ?? (preset.lockNotes && (removed ?? 0) === 0),
      constraints: values.veto === undefined ? constraints : { ...constraints, voiceLeading: values.veto },
      settings: {
        ...settings,
        iterations: number('iterations', values.iterations, 0, 100_000, true) ?? settings.iterations,
        editsPerPass:
          number('edits-per-pass', values['edits-per-pass'], 1, MAX_EDITS_PER_PASS, true) ??
          settings.editsPerPass,
        maxAdded: number('add', values.add, 0, 1_000_000, true) ?? settings.maxAdded,
        maxRemovedShare: removed === undefined ? settings.maxRemovedShare : removed / 100,
        temperature: risk === undefined ? settings.temperature : [{ at: 0, value: risk }],
        seed: values.seed === undefined ? settings.seed : seedOf(values.seed),
      },
    },
  };
}
