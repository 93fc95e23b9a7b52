import { expect, it } from 'vitest';
import { Piece } from '../../src/studios/compose/engine/piece.ts';
import { presetOf } from '../../src/studios/compose/engine/presets.ts';
import { cellAt, countOn } from '../../src/studios/compose/engine/roll.ts';
import { runToEnd } from '../../src/studios/compose/engine/run.ts';
import { SAMPLE_MELODIES, scoreOfSample } from '../../src/studios/compose/engine/samples.ts';
import { scoreToRoll } from '../../src/studios/compose/engine/score.ts';
import { loadNetwork } from './network.ts';

it('mends a melody: wrong notes go, nearly all right ones stay, nothing is added beside them', async () => {
  const { model, shape } = await loadNetwork();
  const ode = SAMPLE_MELODIES.find(({ title }) => title.includes('Ode to Joy'));
  const mend = presetOf('mend');
  if (ode === undefined || mend === undefined) throw new Error('no melody, or no preset');
  const good = scoreOfSample(ode);
  // Three notes a semitone too high; of one of them only the ear of somebody who knows the song tells that it is wrong.
  const wrong = new Set([5, 12, 20]);
  const bad = {
    ...good,
    notes: good.notes.map((note, at) => (wrong.has(at) ? { ...note, pitchMidi: note.pitchMidi + 1 } : note)),
  };
  const right = scoreToRoll(good, shape).roll;
  const { roll } = scoreToRoll(bad, shape);
  const piece = new Piece({ roll, settings: mend.settings, constraints: mend.constraints });
  await runToEnd(piece, (cells) => model.logitsOf(cells));
  let [wrongCells, gone, rightCells, kept] = [0, 0, 0, 0];
  roll.cells.forEach((was, cell) => {
    if (was === 0) return;
    const stays = piece.roll.cells[cell] === 1;
    if (right.cells[cell] === 1) {
      rightCells += 1;
      if (stays) kept += 1;
    } else {
      wrongCells += 1;
      if (!stays) gone += 1;
    }
  });
  expect(wrongCells).toBeGreaterThanOrEqual(9);
  expect(gone / wrongCells).toBeGreaterThanOrEqual(0.5);
  expect(kept / rightCells).toBeGreaterThanOrEqual(0.95);
  for (let step = 0; step < roll.steps; step += 1)
    expect(countOn(piece.roll.cells.subarray(cellAt(roll, step, 0), cellAt(roll, step + 1, 0)))).toBeLessThan(
      2,
    );
});
