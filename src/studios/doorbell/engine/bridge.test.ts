/** The devices' side, public/pi/, against the page's reader: the script is run, the sketch is compiled and run. */
import { spawn, spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { FrameReader } from './frames-reader.ts';
import type { Frame, Hello, Reading } from './frames.ts';
import { DEFAULT_TRIGGER, Trigger } from './trigger.ts';

const SCRIPT = 'public/pi/atelier_doorbell.py';
const has = (command: string): boolean => spawnSync(command, ['--version']).status === 0;

function simulate(...args: string[]): Uint8Array {
  const { stdout, stderr, status } = spawnSync('python3', [SCRIPT, ...args], { maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(stderr.toString());
  return stdout;
}

const readingsOf = (frames: readonly Frame[]): Reading[] =>
  frames.flatMap((frame) => (frame.kind === 'reading' ? [frame.reading] : []));
const hellosOf = (frames: readonly Frame[]): Hello[] =>
  frames.flatMap((frame) => (frame.kind === 'hello' ? [frame.hello] : []));

describe.skipIf(!has('python3'))('the script on the Pi (needs python3)', () => {
  it('sends 10,000 readings of which none is lost', () => {
    const reader = new FrameReader();
    const bytes = simulate('--simulate', 'visit', '--no-wait', '--rate', '50', '--count', '10000');
    const frames: Frame[] = [];
    // As a port hands bytes over: in chunks that know nothing of lines.
    for (let from = 0, size = 1; from < bytes.length; from += size, size = (size % 97) + 1)
      frames.push(...reader.push(bytes.subarray(from, from + size)));
    const readings = readingsOf(frames);
    expect(readings.map(({ seq }) => seq)).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
    expect(readings.at(-1)?.deviceMs).toBe(199_980);
    expect(hellosOf(frames)).toHaveLength(40);
    expect(reader.counters).toEqual({
      ...{ frames: 10_040, badSum: 0, tooLong: 0, foreign: 0, otherVersion: 0 },
      ...{ repeated: 0, missing: 0, gaps: 0, restarts: 0 },
    });
  });

  it('plays a visit that the trigger announces once', () => {
    const reader = new FrameReader();
    const bytes = simulate('--simulate', 'visit', '--no-wait', '--rate', '10', '--count', '600');
    const trigger = new Trigger(DEFAULT_TRIGGER);
    const fired = readingsOf(reader.push(bytes)).filter(
      ({ deviceMs, distanceCm }) => trigger.push({ atMs: deviceMs, distanceCm, minuteOfDay: 720 }).fired,
    );
    expect(fired).toHaveLength(1);
    expect(fired[0]?.deviceMs).toBeGreaterThan(4000);
    expect(fired[0]?.deviceMs).toBeLessThan(9000);
  });

  it('reads a curve from a file, and says that nothing echoes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'atelier-pi-'));
    try {
      const file = join(folder, 'curve.csv');
      writeFileSync(file, 'second,cm\n0,100\n1,200 # nearer\n2,\n3,\n');
      const args = ['--simulate', file, '--no-wait', '--noise', '0', '--rate', '2', '--count', '6'];
      const frames = new FrameReader().push(simulate(...args, '--name', 'Haustür 🚪'));
      expect(readingsOf(frames).map(({ distanceCm }) => distanceCm)).toEqual([
        ...[100, 150, 200, 200, undefined, undefined],
      ]);
      expect(hellosOf(frames)[0]).toEqual({ name: 'Haustür 🚪', firmware: '1.0.0', deviceMs: 0 });
      // Some programs begin a text with a byte order mark.
      writeFileSync(file, '\uFEFFsecond,cm\n0,100\n1,100\n');
      expect(readingsOf(new FrameReader().push(simulate(...args)))[0]?.distanceCm).toBe(100);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each([
    ['no number', '0,far\n', 'line 1: a second and a distance in cm'],
    ['an endless distance', '0,100\n1,inf\n', 'line 2: a second and a distance in cm'],
    ['no number at all', '0,nan\n', 'line 1: a second and a distance in cm'],
    ['an endless time', '0,100\ninf,100\n', 'line 2: a second and a distance in cm'],
    ['a distance below zero', '0,-5\n', 'line 1: a second and a distance in cm'],
    ['nothing', '', 'no readings'],
    ['another coding', Buffer.from('0,100 # T\xfcr\n', 'latin1'), 'no text in UTF-8'],
  ])('says what is wrong with a file that has %s', (_what, content, words) => {
    const folder = mkdtempSync(join(tmpdir(), 'atelier-pi-'));
    try {
      const file = join(folder, 'curve.csv');
      writeFileSync(file, content);
      const run = (): Uint8Array => simulate('--simulate', file, '--no-wait', '--count', '5');
      expect(run).toThrow(words);
      expect(run).toThrow(file);
      expect(run).not.toThrow('Traceback');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each([
    ['--rate', 'nan', 'a number of readings a second above 0'],
    ['--rate', 'inf', '1000 at most'],
    ['--rate', '0', 'above 0'],
    ['--noise', 'nan', 'a number of centimetres'],
    ['--baud', '0', 'a speed of this system'],
    ['--baud', '12345', 'a speed of this system'],
    ['--count', '-1', '1 or more'],
  ])('says what %s %s should be', (option, value, words) => {
    expect(() => simulate('--simulate', 'empty', '--no-wait', option, value)).toThrow(words);
  });

  it('keeps a name of any length within a line', () => {
    const reader = new FrameReader();
    reader.push(simulate('--simulate', 'empty', '--no-wait', '--count', '1', '--name', '🚪'.repeat(200)));
    expect(reader.counters).toMatchObject({ frames: 2, tooLong: 0 });
  });

  it('speaks over a serial port, and goes on when its reader comes late', async () => {
    const args = [SCRIPT, '--simulate', 'visit', '--pty', '--rate', '100', '--count', '300'];
    const script = spawn('python3', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      const port = await new Promise<string>((resolve) =>
        createInterface(script.stderr).once('line', resolve),
      );
      const reader = new FrameReader();
      const frames: Frame[] = [];
      const stream = createReadStream(port);
      // The end of the script hangs the port up: EIO on Linux.
      const over = new Promise<void>((resolve) => {
        stream.once('error', () => resolve());
        stream.once('end', () => resolve());
      });
      stream.on('data', (chunk) => frames.push(...reader.push(chunk as Buffer)));
      await over;
      const readings = readingsOf(frames);
      expect(readings).not.toHaveLength(0);
      expect(reader.counters).toMatchObject({ badSum: 0, foreign: 0, tooLong: 0, restarts: 0, missing: 0 });
    } finally {
      script.kill();
    }
  });
});

const ARDUINO = `
#include <cstdio>
#include <cstring>
#define HIGH 1
#define LOW 0
#define INPUT 0
#define OUTPUT 1
static unsigned long clockMs = 1000;
static unsigned long millis() { return clockMs; }
static void pinMode(int, int) {}
static void digitalWrite(int, int) {}
static void delayMicroseconds(int) {}
static unsigned long pulseIn(int, int, unsigned long) { return clockMs % 3000 < 1000 ? 0 : 5831; }
static struct { void begin(unsigned long) {} void print(const char *text) { fputs(text, stdout); } } Serial;
#include SKETCH
int main() { nextReading = nextHello = millis(); setup(); for (int i = 0; i < 20000; i++) { loop(); clockMs++; } }
`;

describe.skipIf(!has('g++'))('the sketch for small boards (needs g++)', () => {
  it('speaks the same protocol', () => {
    const folder = mkdtempSync(join(tmpdir(), 'atelier-ino-'));
    try {
      const main = join(folder, 'main.cpp');
      writeFileSync(main, ARDUINO);
      const sketch = `-DSKETCH="${join(process.cwd(), 'public/pi/atelier_doorbell.ino')}"`;
      const built = spawnSync('g++', ['-Wall', '-Wextra', sketch, main, '-o', join(folder, 'sketch')]);
      expect(built.stderr.toString()).toBe('');
      const reader = new FrameReader();
      const frames = reader.push(spawnSync(join(folder, 'sketch')).stdout);
      const readings = readingsOf(frames);
      expect(readings).toHaveLength(200);
      expect(new Set(readings.map(({ distanceCm }) => distanceCm))).toEqual(new Set([100, undefined]));
      expect(hellosOf(frames)).toHaveLength(4);
      expect(readings[0]?.deviceMs).toBe(1000);
      expect(reader.counters).toMatchObject({ frames: 204, badSum: 0, foreign: 0, missing: 0, restarts: 0 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
