import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc16 } from './crc.ts';
import { FrameReader } from './frames-reader.ts';
import { NO_LINES, type Frame, type LineCounters, type Reading } from './frames.ts';
import { COUNTER_SIZE, encodeHello, encodeReading, MAX_LINE_BYTES } from './protocol.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(...chunks: readonly (Uint8Array | string)[]): { frames: Frame[]; counters: LineCounters } {
  const reader = new FrameReader();
  const frames = chunks.flatMap((chunk) => reader.push(typeof chunk === 'string' ? bytesOf(chunk) : chunk));
  return { frames, counters: reader.counters };
}

const reading = (seq: number, distanceCm: number | undefined = 80, deviceMs = seq * 100): Reading => ({
  seq,
  deviceMs,
  distanceCm,
});
const line = (seq: number, distanceCm?: number): string => encodeReading(reading(seq, distanceCm));
const readings = (frames: readonly Frame[]): Reading[] =>
  frames.flatMap((frame) => (frame.kind === 'reading' ? [frame.reading] : []));

const counter = fc.integer({ min: 0, max: COUNTER_SIZE - 1 });
const anyReading = fc.record({
  seq: counter,
  deviceMs: counter,
  distanceCm: fc.option(
    fc.integer({ min: 0, max: 20_000 }).map((mm) => mm / 10),
    { nil: undefined },
  ),
});

/** What a line may carry: frames, damaged frames, other programs' words, noise. */
const anyPiece = fc.oneof(
  anyReading.map((each) => bytesOf(encodeReading(each))),
  fc
    .tuple(anyReading, fc.nat(), fc.integer({ min: 0, max: 255 }))
    .map(([each, at, byte]) => bytesOf(encodeReading(each)).with(at % encodeReading(each).length, byte)),
  fc
    .record({ name: fc.string(), firmware: fc.string(), deviceMs: counter })
    .map((hello) => bytesOf(encodeHello(hello))),
  fc.uint8Array({ maxLength: 600 }),
  fc.string().map(bytesOf),
  fc.constantFrom('\n', '\r\n', '{"v":', '{"v":1}\n', '{"v":1,"n":1,"crc":"0000"}\n').map(bytesOf),
);

describe('CRC-16', () => {
  it('is the one of the catalogues', () => {
    expect(crc16(bytesOf('123456789'))).toBe(0x29b1);
    expect(crc16([])).toBe(0xffff);
  });
});

describe('frames', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(anyReading, (each) => {
        expect(read(encodeReading(each)).frames).toEqual([{ kind: 'reading', reading: each }]);
      }),
    );
    const hello = { name: 'Haustür 🚪', firmware: 'atelier-pi 1.0', deviceMs: 7 };
    expect(read(encodeHello(hello)).frames).toEqual([{ kind: 'hello', hello }]);
  });

  it('are the documented bytes', () => {
    expect(encodeReading({ seq: 17, deviceMs: 1700, distanceCm: 80.3 })).toBe(
      '{"v":1,"n":17,"t":1700,"mm":803,"crc":"4280"}\n',
    );
    expect(encodeReading({ seq: 18, deviceMs: 1800, distanceCm: undefined })).toContain('"mm":null');
  });

  it('are the same however the bytes are cut, and nothing throws', () => {
    fc.assert(
      fc.property(
        fc.array(anyPiece, { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 40 }),
        (pieces, cuts) => {
          const whole = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
          const chunks: Uint8Array[] = [];
          let at = 0;
          while (at < whole.length) {
            const size = cuts[chunks.length % cuts.length] ?? 1;
            chunks.push(whole.subarray(at, at + size));
            at += size;
          }
          expect(read(...chunks)).toEqual(read(whole));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('are found though noise stands around them', () => {
    const { frames, counters } = read(
      line(1),
      'login: ',
      line(2),
      '\u0000\u00ff\n',
      line(3),
      '\r\n\r\n',
      line(4).replace('\n', '\r\n'),
    );
    expect(readings(frames).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(counters).toEqual({ ...NO_LINES, frames: 4, foreign: 2 });
  });

  it('with one wrong byte are refused and counted', () => {
    const good = bytesOf(line(2));
    for (let at = 0; at < good.length - 1; at += 1)
      for (const bit of [1, 4, 64]) {
        const bad = good.with(at, (good[at] ?? 0) ^ bit);
        const { frames, counters } = read(line(1), bad, line(3));
        expect(readings(frames).map(({ seq }) => seq)).toEqual([1, 3]);
        expect(counters.badSum + counters.foreign, `byte ${at}`).toBeGreaterThanOrEqual(1);
        expect(counters.missing).toBe(1);
      }
  });

  it('over 256 bytes are dropped up to the next line end', () => {
    const filler = 'x'.repeat(MAX_LINE_BYTES - line(2).length + 1);
    expect(readings(read(line(1), filler, line(2), line(3)).frames)).toHaveLength(3);
    const { frames, counters } = read(line(1), `${filler}x`, line(2), line(3));
    expect(readings(frames).map(({ seq }) => seq)).toEqual([1, 3]);
    expect(counters.tooLong).toBe(1);
  });

  it('that begin in the middle of a line are no fault', () => {
    expect(read(line(1).slice(9), line(2)).counters).toEqual({ ...NO_LINES, frames: 1 });
  });

  it('of another version, or with fields out of range, are no readings', () => {
    const seal = (body: string): string =>
      `${body},"crc":"${crc16(bytesOf(body)).toString(16).padStart(4, '0')}"}\n`;
    expect(read(line(1), seal('{"v":2,"n":2,"t":2,"mm":1')).counters).toMatchObject({ otherVersion: 1 });
    for (const body of [
      '{"v":1,"n":-1,"t":2,"mm":1',
      '{"v":1,"n":1.5,"t":2,"mm":1',
      '{"v":1,"n":2,"t":2',
      '{"v":1,"n":2,"t":2,"mm":99999',
      '{"v":1,"t":2,"hello":7',
    ])
      expect(read(line(1), seal(body)).counters, body).toMatchObject({ frames: 1, foreign: 1 });
  });
});

describe('the sequence', () => {
  it('counts gaps, restarts and what came twice', () => {
    expect(read(line(1), line(2), line(6), line(7)).counters).toMatchObject({
      gaps: 1,
      missing: 3,
      restarts: 0,
    });
    expect(read(line(100), line(0), line(1)).counters).toMatchObject({ gaps: 0, missing: 0, restarts: 1 });
    expect(read(line(1), line(1), line(2)).counters).toMatchObject({ frames: 2, repeated: 1, gaps: 0 });
    const hello = encodeHello({ name: 'Door', firmware: '1', deviceMs: 0 });
    expect(read(line(100), hello, line(1)).counters).toMatchObject({ gaps: 0, restarts: 1 });
  });

  it('wraps around without a gap or a restart', () => {
    const last = COUNTER_SIZE - 1;
    const { counters } = read(
      encodeReading({ seq: last, deviceMs: last, distanceCm: 1 }),
      encodeReading({ seq: 0, deviceMs: 99, distanceCm: 1 }),
    );
    expect(counters).toEqual({ ...NO_LINES, frames: 2 });
  });

  it('goes on over a broken connection', () => {
    const reader = new FrameReader();
    reader.push(bytesOf(line(1) + line(2).slice(0, 12)));
    reader.interrupt();
    reader.push(bytesOf(line(4).slice(20) + line(5)));
    expect(reader.counters).toEqual({ ...NO_LINES, frames: 2, gaps: 1, missing: 3 });
  });
});
