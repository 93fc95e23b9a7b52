import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beamsOfBar, type Written } from './beams.ts';

/** `8 8 16r`: values by their names, `r` for a rest. */
const bar = (text: string): Written[] => {
  let from = 0;
  return text.split(' ').map((word) => {
    const steps = { '2': 8, '4': 4, '8.': 3, '8': 2, '16': 1 }[word.replace('r', '')] ?? 0;
    const written = { from, steps, isRest: word.endsWith('r') };
    from += steps;
    return written;
  });
};

describe('beams', () => {
  it('join what stands in one beat', () => {
    expect(beamsOfBar(bar('8 8 8 8 2'))).toEqual([['begin'], ['end'], ['begin'], ['end'], []]);
    expect(beamsOfBar(bar('16 16 16 16'))).toEqual([
      ['begin', 'begin'],
      ['continue', 'continue'],
      ['continue', 'continue'],
      ['end', 'end'],
    ]);
  });

  it('have hooks where a sixteenth stands beside eighths', () => {
    expect(beamsOfBar(bar('8. 16'))).toEqual([['begin'], ['end', 'backward hook']]);
    expect(beamsOfBar(bar('16 8 16'))).toEqual([
      ['begin', 'forward hook'],
      ['continue'],
      ['end', 'backward hook'],
    ]);
  });

  it('end at rests, and leave single notes their flags', () => {
    expect(beamsOfBar(bar('8 8r 16 16r 8 4'))).toEqual([[], [], [], [], [], []]);
  });

  it('are always begun before they end', () => {
    const written = fc
      .array(fc.record({ steps: fc.constantFrom(1, 2, 3, 4), isRest: fc.boolean() }), { maxLength: 16 })
      .map((notes) => {
        let from = 0;
        return notes.map((note) => {
          const placed = { ...note, from };
          from += note.steps;
          return placed;
        });
      });
    fc.assert(
      fc.property(written, (notes) => {
        const open = [false, false];
        for (const beams of beamsOfBar(notes))
          beams.forEach((beam, level) => {
            if (beam.endsWith('hook')) return;
            expect(open[level]).toBe(beam !== 'begin');
            open[level] = beam !== 'end';
          });
        expect(open).toEqual([false, false]);
      }),
    );
  });
});
