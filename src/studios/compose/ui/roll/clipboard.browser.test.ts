import { describe, expect, it } from 'vitest';
import { ComposeDocument } from '../../state/document.svelte.ts';
import { emptyDraft } from '../../engine/composition.ts';
import { Clipboard, copy, cut, duplicate, paste, selectAll, selectedOf } from './clipboard.svelte.ts';
import { rollKey } from './keys.ts';

const STEP = 120;
const BAR = 16 * STEP;

/** Two bars with a half note and a quarter in the first. */
function twoBars(): ComposeDocument {
  const draft = emptyDraft('Two bars');
  const document = new ComposeDocument({
    id: 'a',
    createdAtMs: 0,
    changedAtMs: 0,
    draft: { ...draft, score: { ...draft.score, bars: 2 } },
    versions: [],
  });
  const made = { velocity: 80, author: 'person' as const };
  document.addNotes(
    [
      { startTick: 0, lengthTick: 8 * STEP, pitchMidi: 60, ...made },
      { startTick: 8 * STEP, lengthTick: 4 * STEP, pitchMidi: 64, ...made },
    ],
    'Draw',
  );
  return document;
}
const placesOf = (document: ComposeDocument): number[][] =>
  document.score.notes.map(({ startTick, lengthTick }) => [startTick / STEP, lengthTick / STEP]);

describe('notes that are copied', () => {
  it('at the end are cut there, and what has no room is counted', () => {
    const document = twoBars();
    const clipboard = new Clipboard();
    selectAll(document);
    copy(document, clipboard);
    expect(paste(document, clipboard.notes, 28)).toBe(1);
    expect(placesOf(document)).toEqual([
      [0, 8],
      [8, 4],
      [28, 4],
    ]);
    expect(selectedOf(document).map(({ startTick }) => startTick)).toEqual([28 * STEP]);
    for (const { startTick, lengthTick } of document.score.notes)
      expect(startTick + lengthTick).toBeLessThanOrEqual(2 * BAR);
  });

  it('and duplicated lie behind what was selected, until there is no room', () => {
    const document = twoBars();
    selectAll(document);
    expect(duplicate(document)).toBe(0);
    expect(placesOf(document).slice(2)).toEqual([
      [12, 8],
      [20, 4],
    ]);
    selectAll(document);
    expect(duplicate(document)).toBe(3);
    expect(placesOf(document).slice(4)).toEqual([[24, 8]]);
  });

  it('by keys are the same; what was cut comes back where the cursor is', () => {
    const document = twoBars();
    const clipboard = new Clipboard();
    const press = (key: string, step: number): void => {
      rollKey(new KeyboardEvent('keydown', { key, ctrlKey: true }), {
        document,
        clipboard,
        cursor: { step, pitchMidi: 60 },
        lowMidi: 36,
        highMidi: 83,
        lengthSteps: 4,
        sound: () => undefined,
      });
    };
    press('a', 0);
    press('x', 0);
    expect(document.score.notes).toHaveLength(0);
    press('v', 28);
    expect(placesOf(document)).toEqual([[28, 4]]);
    document.undo();
    document.undo();
    selectAll(document);
    cut(document, clipboard);
    expect(clipboard.notes).toHaveLength(2);
    // Nothing is selected: what was cut is kept.
    press('c', 0);
    expect(clipboard.notes).toHaveLength(2);
  });
});
