import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../kernel/rng.ts';
import { SAMPLE_MELODIES, scoreOfSample } from '../engine/samples.ts';
import { sortNotes, type Score } from '../engine/score.ts';
import { decodeShare, encodeShare, type SharedScore } from './share.ts';

const note = fc.record({
  startTick: fc.nat(64 * 1920),
  lengthTick: fc.integer({ min: 1, max: 1920 }),
  pitchMidi: fc.nat(127),
  velocity: fc.integer({ min: 1, max: 127 }),
  author: fc.constantFrom('person' as const, 'network' as const),
});
const score = fc
  .record({
    notes: fc.array(note, { maxLength: 200 }),
    bars: fc.integer({ min: 1, max: 64 }),
    tempoBpm: fc.integer({ min: 20, max: 300 }),
    percent: fc.nat(100),
  })
  .map(({ notes, bars, tempoBpm, percent }): Score => {
    const sorted = sortNotes(notes.map((one, i) => ({ id: i + 1, ...one })));
    return {
      notes: sorted.map((one, i) => ({ ...one, id: i + 1 })),
      bars,
      tempoBpm,
      quantizeStrength: percent / 100,
    };
  });

/** Frère Jacques, as a link of the first version has it. */
const OF_FIRST_VERSION =
  'AQ1GcugBcmUgSmFjcXVlcwiwVGR4IAEEQVgIBEMIBEUIBEEIBEEIBEMIBEUIBEEIBEUIBEYICEgQBEUIBEYICEgQAkgEAkoEAkgEAkYEBEUIBEEIAkgEAkoEAkgEAkYEBEUIBEEIBEEIBDwICEEQBEEIBDwICEHX-A';

const encode = (shared: SharedScore): string => encodeShare(shared) ?? fail('it is too large for a link');

describe('a shared composition', () => {
  it('that is too large for a link has none, rather than one that cannot be opened', () => {
    const of = (count: number, lengthTick: number): Score => ({
      notes: Array.from({ length: count }, (_, i) => ({
        id: i + 1,
        startTick: i * 7,
        lengthTick,
        pitchMidi: i % 128,
        velocity: 1 + (i % 127),
        author: 'person',
      })),
      bars: 64,
      tempoBpm: 96,
      quantizeStrength: 1,
    });
    expect(encodeShare({ title: 'Many', score: of(10_001, 1) })).toBeUndefined();
    const many = { title: 'Ten thousand', score: of(10_000, 1920) };
    expect(decodeShare(encode(many))).toEqual(many);
    // What no packer makes smaller: 67,000 letters, and no more than 64,000 are read.
    const next = mulberry32(1);
    const wild = of(10_000, 1).notes.map((one) => ({
      ...one,
      startTick: Math.floor(next() * 122_880),
      lengthTick: 1 + Math.floor(next() * 120_000),
      pitchMidi: Math.floor(next() * 128),
      velocity: 1 + Math.floor(next() * 127),
    }));
    expect(encodeShare({ title: 'Long', score: { ...of(0, 1), notes: wild } })?.length).toBeUndefined();
  });

  it('of the first version is read', () => {
    const sample = SAMPLE_MELODIES.find(({ id }) => id === 'frere-jacques') ?? fail();
    expect(decodeShare(OF_FIRST_VERSION)).toEqual({ title: sample.title, score: scoreOfSample(sample) });
  });

  it('that swells without end is refused', () => {
    const packed = [2, ...deflateSync(new Uint8Array(40_000_000))];
    let [a, b] = [1, 0];
    for (const byte of packed) {
      a = (a + byte) % 255;
      b = (b + a) % 255;
    }
    const text = Buffer.from([...packed, a, b]).toString('base64url');
    expect(text.length).toBeLessThan(64_000);
    expect(decodeShare(text)).toEqual({ problem: 'broken' });
  });

  it('is read back as it was', () => {
    fc.assert(
      fc.property(score, fc.string({ maxLength: 30, unit: 'grapheme' }), (value, text) => {
        const title = [...text].slice(0, 80).join('');
        expect(decodeShare(encode({ title, score: value }))).toEqual({ title, score: value });
      }),
    );
  });

  it('of eight bars in four voices takes under 2,000 letters', () => {
    // The densest that four voices can be in eighths: 256 notes, every velocity another one.
    const notes = Array.from({ length: 256 }, (_, i) => ({
      id: i + 1,
      startTick: Math.floor(i / 4) * 240,
      lengthTick: 240,
      pitchMidi: 40 + ((i * 7) % 40),
      velocity: 80,
      author: i % 4 === 3 ? ('person' as const) : ('network' as const),
    }));
    const eight = { notes, bars: 8, tempoBpm: 96, quantizeStrength: 1 };
    expect(encode({ title: 'A piece in eighths', score: eight }).length).toBeLessThan(2000);
    // As full as a wild run makes them: notes anywhere, of any length.
    const next = mulberry32(5);
    const wild = Array.from({ length: 750 }, (_, i) => ({
      id: i + 1,
      startTick: Math.floor(next() * 128) * 120,
      lengthTick: (1 + Math.floor(next() ** 3 * 8)) * 120,
      pitchMidi: 36 + Math.floor(next() * 48),
      velocity: next() < 0.1 ? 64 : 80,
      author: next() < 0.1 ? ('person' as const) : ('network' as const),
    }));
    expect(encode({ title: 'Wild', score: { ...eight, notes: wild } }).length).toBeLessThan(2000);
    for (const sample of SAMPLE_MELODIES)
      expect(encode({ title: sample.title, score: scoreOfSample(sample) }).length).toBeLessThan(300);
  });

  it('that was damaged is refused, or read: nothing is thrown', () => {
    const whole = encode({ title: 'Whole', score: scoreOfSample(SAMPLE_MELODIES[0] ?? fail()) });
    for (let length = 0; length < whole.length; length += 1)
      expect(decodeShare(whole.slice(0, length))).toEqual({ problem: 'broken' });
    fc.assert(
      fc.property(fc.string(), fc.nat(whole.length - 1), (text, at) => {
        for (const hostile of [text, whole.slice(0, at) + text + whole.slice(at + text.length)]) {
          const read = decodeShare(hostile);
          if ('problem' in read) continue;
          expect(read.score.bars).toBeLessThanOrEqual(64);
          for (const { startTick, lengthTick, velocity } of read.score.notes) {
            expect(startTick).toBeGreaterThanOrEqual(0);
            expect(lengthTick).toBeGreaterThan(0);
            expect(velocity).toBeGreaterThanOrEqual(1);
          }
        }
      }),
    );
    expect(decodeShare('A'.repeat(100_000))).toEqual({ problem: 'too long' });
  });
});

function fail(why = 'there is no sample'): never {
  throw new Error(why);
}
