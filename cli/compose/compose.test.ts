/** The command as people call it: its own process, files on a disk. */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMidi, writeMidi, type GridNote, type MidiPart } from '../../src/platform/midi-file.ts';
import { PRESETS } from '../../src/studios/compose/engine/presets.ts';
import { readArguments } from './arguments.ts';
import { UsageError } from '../look/folders.ts';

const COMMAND = ['node_modules/tsx/dist/cli.mjs', 'cli/compose.ts'];
const HEADER = { tempoBpm: 90, metre: [4, 4] } as const;

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'atelier-compose-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function compose(...args: string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...COMMAND, ...args]);
    return { code: 0, stdout, stderr };
  } catch (thrown) {
    const { code, stdout, stderr } = thrown as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

const melody: GridNote[] = [67, 67, 69, 71, 72, 71, 69, 67].map((pitchMidi, i) => ({
  startStep: 4 * i,
  lengthSteps: 4,
  pitchMidi,
}));
/** A note that no voice of a chorale reaches. */
const whistle: GridNote = { startStep: 8, lengthSteps: 2, pitchMidi: 100 };

function write(name: string, parts: readonly MidiPart[]): string {
  const path = join(dir, name);
  writeFileSync(path, writeMidi(parts, HEADER));
  return path;
}

function read(path: string): readonly GridNote[] {
  const score = readMidi(new Uint8Array(readFileSync(path)), path);
  if (!score.ok) throw new Error(score.error.message);
  return score.value.notes;
}

const SHORT = ['--iterations', '60'];

describe('npm run compose', () => {
  it('adds voices below a melody that it keeps, twice the same for the same seed', async () => {
    const from = write('a.mid', [{ name: 'Melody', notes: [...melody, whistle] }]);
    const to = [join(dir, 'b.mid'), join(dir, 'c.mid'), join(dir, 'd.mid')];
    const ended = await compose('--in', from, '--out', to[0] ?? '', '--json', ...SHORT);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    const told = JSON.parse(ended.stdout) as Record<string, unknown>;
    expect(told).toMatchObject({
      preset: 'harmonise',
      edits: 60,
      cellsRemoved: 0,
      notesOutside: 1,
    });
    expect(told.metrics).toHaveProperty('dissonant');

    const notes = read(to[0] ?? '');
    expect(notes.length).toBeGreaterThan(melody.length + 1);
    for (const note of [...melody, whistle]) expect(notes).toContainEqual(note);

    await compose('--in', from, '--out', to[1] ?? '', ...SHORT);
    await compose('--in', from, '--out', to[2] ?? '', '--seed', 'another', ...SHORT);
    expect(read(to[1] ?? '')).toEqual(notes);
    expect(read(to[2] ?? '')).not.toEqual(notes);
  });

  it('works through a folder, names what it cannot read, and goes on', async () => {
    const inDir = join(dir, 'in');
    const outDir = join(dir, 'out');
    mkdirSync(inDir);
    for (const name of ['in/1.mid', 'in/3.mid']) write(name, [{ name: 'Melody', notes: melody }]);
    writeFileSync(join(inDir, '2.mid'), 'no music');
    writeFileSync(join(inDir, 'notes.txt'), 'not asked for');
    const ended = await compose('--dir', inDir, '--out-dir', outDir, '--json', '--iterations', '8');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(join(inDir, '2.mid'));
    expect(ended.stdout.trim().split('\n')).toHaveLength(2);
    expect(readdirSync(outDir)).toEqual(['1.mid', '3.mid']);
  });

  it.each([
    ['broken', 'MThd and then nothing', 'is not a MIDI file'],
    ['empty', '', 'is not a MIDI file'],
    ['silent', [], 'no note'],
    ['drum-only', [{ name: '', notes: melody, isDrums: true }], 'only drums'],
    ['hour-long', [{ name: '', notes: [{ ...whistle, startStep: 28_800 }] }], 'bars long'],
  ] as const)('refuses a %s file, says what to do, writes nothing', async (name, content, message) => {
    const from = typeof content === 'string' ? join(dir, `${name}.mid`) : write(`${name}.mid`, content);
    if (typeof content === 'string') writeFileSync(from, content);
    const to = join(dir, `${name}-out.mid`);
    const ended = await compose('--in', from, '--out', to);
    expect([ended.code, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toContain(from);
    expect(ended.stderr).toContain(message);
    expect(ended.stderr.trim().split(/(?<=\.) /).length).toBeGreaterThan(1);
    expect(existsSync(to)).toBe(false);
  });

  it('says how it is used', async () => {
    const missing = join(dir, 'missing.mid');
    for (const [args, message] of [
      [[], 'usage:'],
      [['--in', missing, '--out', 'x.mid'], missing],
      [['--in', dir, '--out', 'x.mid'], '--dir takes it'],
    ] as const) {
      const ended = await compose(...args);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain(message);
    }
  });
});

describe('the arguments', () => {
  const files = ['--in', 'a', '--out', 'b'];

  it('take the place of the preset’s settings', () => {
    const asked = readArguments(
      [...files, '--iterations', '400', '--remove', '10', '--add', '50', '--risk', '1.5'].concat([
        '--seed',
        '7',
        '--edits-per-pass',
        '1',
        '--no-veto',
      ]),
    );
    expect(asked.preset.settings).toMatchObject({
      iterations: 400,
      maxRemovedShare: 0.1,
      maxAdded: 50,
      temperature: [{ at: 0, value: 1.5 }],
      seed: 7,
      editsPerPass: 1,
    });
    expect([asked.preset.constraints.voiceLeading, asked.preset.lockNotes]).toEqual([false, false]);
  });

  it('are the default preset’s when none is given; a lock that is asked for stands', () => {
    expect(readArguments(files).preset).toEqual(PRESETS[0]);
    expect(readArguments([...files, '--remove', '10', '--lock-melody']).preset.lockNotes).toBe(true);
  });

  it.each([
    [['--in', 'a']],
    [[...files, '--dir', 'c']],
    [[...files, '--preset', 'jazz']],
    [[...files, '--iterations', '1.5']],
    [[...files, '--remove', '101']],
    [[...files, '--risk', 'hot']],
    [[...files, '--risk', '']],
    [[...files, '--edits-per-pass', '9']],
    [[...files, '--loud']],
  ])('%j are refused', (args) => {
    expect(() => readArguments(args)).toThrow(UsageError);
  });
});
