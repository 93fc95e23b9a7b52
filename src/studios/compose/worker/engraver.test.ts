import fc from 'fast-check';
import createVerovioModule from 'verovio/wasm';
import { VerovioToolkit } from 'verovio/esm';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSong } from '../../../platform/midi-file-song.ts';
import { writeMusicXml } from '../engine/musicxml.ts';
import type { Note } from '../engine/roll.ts';
import { TICKS_PER_STEP } from '../engine/score.ts';
import { Engraver } from './engraver.ts';

const HEADER = { title: 'A & <B>', tempoBpm: 96, key: { fifths: -2, mode: 'minor' } } as const;
const BARS = 4;
const STEPS = BARS * 16;

/** One voice: a note after the other, some with rests between them. */
const voice = fc
  .array(
    fc.record({
      rest: fc.nat(5),
      lengthSteps: fc.integer({ min: 1, max: 20 }),
      pitchMidi: fc.integer({ min: 36, max: 83 }),
    }),
    { minLength: 1, maxLength: 24 },
  )
  .map((wanted) => {
    const notes: Note[] = [];
    let at = 0;
    for (const { rest, lengthSteps, pitchMidi } of wanted) {
      const startStep = at + rest;
      at = startStep + lengthSteps;
      if (at <= STEPS) notes.push({ startStep, lengthSteps, pitchMidi });
    }
    return notes;
  });

describe('sheet music', () => {
  let toolkit: VerovioToolkit;
  beforeAll(async () => {
    toolkit = new VerovioToolkit(await createVerovioModule());
  });

  it('an importer that is not ours reads the notes that were written', () => {
    fc.assert(
      fc.property(
        fc.array(
          voice.filter((notes) => notes.length > 0),
          { minLength: 1, maxLength: 4 },
        ),
        (voices) => {
          const xml = writeMusicXml(
            voices.map((notes, i) => ({ name: `Voice ${i + 1}`, notes })),
            BARS,
            HEADER,
          );
          expect(toolkit.loadData(xml)).toBe(1);
          // As it would play it: ties joined, each note a tick shorter than written.
          const midi = readSong(Buffer.from(toolkit.renderToMIDI(), 'base64'), 'sheet.mid');
          if (!midi.ok) throw new Error(midi.error.message);
          const read = midi.value.tracks.flatMap(({ notes }) =>
            notes.map(
              ({ startTick, lengthTick, pitchMidi }) =>
                `${startTick / TICKS_PER_STEP} ${Math.round(lengthTick / TICKS_PER_STEP)} ${pitchMidi}`,
            ),
          );
          const written = voices
            .flat()
            .map(({ startStep, lengthSteps, pitchMidi }) => `${startStep} ${lengthSteps} ${pitchMidi}`);
          expect(read.sort()).toEqual(written.sort());
        },
      ),
      { numRuns: 30 },
    );
  }, 60_000);

  it('is drawn on A4 pages, or on one as wide as the screen', async () => {
    const engraver = new Engraver();
    const notes = Array.from({ length: 256 }, (_, i) => ({
      startStep: 4 * i,
      lengthSteps: 4,
      pitchMidi: 60 + (i % 12),
    }));
    const parts = ['Soprano', 'Alto', 'Tenor', 'Bass'].map((name) => ({ name, notes }));
    const xml = writeMusicXml(parts, 64, HEADER);
    const paper = await engraver.engrave(xml, { kind: 'paper' });
    if (!paper.ok) throw new Error(paper.error.message);
    expect(paper.value.length).toBeGreaterThan(2);
    for (const page of paper.value) expect(page).toContain('viewBox="0 0 840 1188"');
    const screen = await engraver.engrave(xml, { kind: 'screen', widthPx: 360, zoom: 1 });
    if (!screen.ok) throw new Error(screen.error.message);
    expect(screen.value).toHaveLength(1);
    expect(screen.value[0]).toMatch(/viewBox="0 0 360 \d+"/);
  }, 60_000);

  it('says that what is no music was not drawn', async () => {
    const answer = await new Engraver().engrave('<nonsense/>', { kind: 'paper' });
    expect(answer.ok ? '' : answer.error.code).toBe('not-engraved');
  });
});
