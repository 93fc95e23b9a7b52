/** As little as a page with Tone.js can be: a button that sounds a note, with the voice of Compose's synthesizer. */
import * as tone from 'tone';

const button = document.querySelector('button');
if (button === null) throw new Error('the page has no button');
// Tone's own default would add 100 ms for the sake of its transport.
tone.getContext().lookAhead = 0;
const synth = new tone.PolySynth(tone.Synth, {
  oscillator: { type: 'triangle' },
  envelope: { attack: 0.008, decay: 0.25, sustain: 0.4, release: 0.2 },
}).toDestination();
button.addEventListener('pointerdown', () => {
  void tone.start().then(() => synth.triggerAttack('C4', tone.immediate(), 0.8));
});
button.addEventListener('pointerup', () => synth.triggerRelease('C4', tone.immediate()));
