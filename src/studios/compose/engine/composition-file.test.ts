import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompositionFileError, readComposition, toJson } from './composition-file.ts';
import { emptyDraft, type Composition } from './composition.ts';
import { sortNotes, type ScoreNote } from './score.ts';

const note = fc.record({
  startTick: fc.double({ min: 0, max: 10_000, noNaN: true }),
  lengthTick: fc.double({ min: 1, max: 3_000, noNaN: true }),
  pitchMidi: fc.integer({ min: 0, max: 127 }),
  velocity: fc.integer({ min: 1, max: 127 }),
  author: fc.constantFrom('person' as const, 'network' as const),
});
const compositions = fc
  .record({
    notes: fc.array(note, { maxLength: 20 }),
    title: fc.string(),
    cells: fc.array(fc.nat({ max: 6143 })),
  })
  .map(({ notes, title, cells }): Composition => {
    const draft = emptyDraft(title);
    const score = {
      ...draft.score,
      notes: sortNotes(notes.map((each, i): ScoreNote => ({ ...each, id: i + 1 }))),
    };
    const locked = new Uint8Array(128 * 48);
    for (const cell of cells) locked[cell] = 1;
    return {
      id: 'a',
      createdAtMs: 1,
      changedAtMs: 2,
      draft: { ...draft, score, locked: cells.length === 0 ? undefined : locked },
      versions: [
        {
          id: 1,
          name: 'First',
          isStarred: true,
          createdAtMs: 3,
          parent: 0,
          score,
          lastRun: { added: 4, removed: 0 },
        },
      ],
    };
  });

const through = (composition: Composition): unknown => JSON.parse(JSON.stringify(toJson(composition)));

describe('a composition in a file', () => {
  it('is read back equal', () => {
    fc.assert(
      fc.property(compositions, (composition) => {
        expect(readComposition(through(composition))).toEqual(composition);
      }),
    );
  });

  it('is refused in words, or of use, whatever is changed in it', () => {
    fc.assert(
      fc.property(compositions, fc.nat(), fc.jsonValue(), (composition, where, value) => {
        const json = JSON.stringify(through(composition));
        // Any value anywhere: numbers, flags and lists of the file become something else.
        const places = [...json.matchAll(/:(-?[\d.e+-]+|true|false|null|"[^"\\]*")/gu)];
        const place = places[where % places.length];
        if (place === undefined) return;
        const changed = `${json.slice(0, place.index + 1)}${JSON.stringify(value)}${json.slice(place.index + place[0].length)}`;
        try {
          const read = readComposition(JSON.parse(changed));
          expect(read.draft.score.bars).toBeGreaterThanOrEqual(1);
        } catch (thrown) {
          if (!(thrown instanceof SyntaxError)) expect(thrown).toBeInstanceOf(CompositionFileError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
