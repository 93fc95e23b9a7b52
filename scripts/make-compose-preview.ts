/** The picture of Compose on the home page: four bars of a folk song, harmonised by the network. `npx tsx scripts/make-compose-preview.ts` */
import { writeFileSync } from 'node:fs';
import { loadNetwork } from '../cli/compose/network.ts';
import { lockOfNotes } from '../src/studios/compose/engine/constraints.ts';
import { Piece } from '../src/studios/compose/engine/piece.ts';
import { PRESETS } from '../src/studios/compose/engine/presets.ts';
import { cellAt, rollToNotes } from '../src/studios/compose/engine/roll.ts';
import { runToEnd } from '../src/studios/compose/engine/run.ts';
import { SAMPLE_MELODIES, scoreOfSample } from '../src/studios/compose/engine/samples.ts';
import { scoreToRoll } from '../src/studios/compose/engine/score.ts';

const STEPS = 64;
const [song] = SAMPLE_MELODIES;
if (song === undefined) throw new Error('there is no melody');
const { model } = await loadNetwork();
const { roll } = scoreToRoll(scoreOfSample(song), { pitches: 48, pitchLowMidi: 36 });
const { settings, constraints } = PRESETS[0];
const piece = new Piece({ roll, locked: lockOfNotes(roll), settings, constraints });
await runToEnd(piece, (cells) => model.logitsOf(cells));
const notes = rollToNotes(piece.roll)
  .filter(({ startStep }) => startStep < STEPS)
  .map(({ startStep, lengthSteps, pitchMidi }) => {
    const isGiven = roll.cells[cellAt(roll, startStep, pitchMidi - roll.pitchLowMidi)] === 1;
    return [startStep, Math.min(lengthSteps, STEPS - startStep), pitchMidi, isGiven ? 0 : 1];
  });
writeFileSync('src/studios/compose/ui/preview.json', `${JSON.stringify(notes)}\n`);
