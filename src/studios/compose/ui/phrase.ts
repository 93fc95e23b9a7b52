/** A note of the picture on the home page: start and length in sixteenths, MIDI pitch, 1 where the network wrote it. */
export type PhraseNote = readonly [
  startStep: number,
  lengthSteps: number,
  pitchMidi: number,
  network: number,
];

const STEP_SEC = 60 / 88 / 4;
const ATTACK_SEC = 0.02;
const RELEASE_SEC = 0.25;
/** Four voices at once stay well below full scale. */
const GAIN = 0.07;
const FADE_SEC = 0.15;
const A4_HZ = 440;
const A4_MIDI = 69;

/**
 * Plays the notes of a small picture with plain oscillators: the home page must not load a band for it.
 *
 * @param notes what to play
 * @returns ends it, with a short fade; undefined where the browser would not let it sound (nobody has clicked yet)
 */
export function playPhrase(notes: readonly PhraseNote[]): (() => void) | undefined {
  // Without a gesture before, the browser keeps it silent and complains: nothing is begun.
  if (!navigator.userActivation.hasBeenActive) return undefined;
  const context = new AudioContext();
  const out = new GainNode(context, { gain: 1 });
  out.connect(context.destination);
  const begin = context.currentTime + 0.05;
  let ending = 0;
  for (const [startStep, lengthSteps, pitchMidi, network] of notes) {
    const from = begin + startStep * STEP_SEC;
    const to = from + lengthSteps * STEP_SEC;
    const frequency = A4_HZ * 2 ** ((pitchMidi - A4_MIDI) / 12);
    const voice = new OscillatorNode(context, { type: network === 1 ? 'sine' : 'triangle', frequency });
    const shape = new GainNode(context, { gain: 0 });
    shape.gain.setValueAtTime(0, from);
    shape.gain.linearRampToValueAtTime(GAIN, from + ATTACK_SEC);
    shape.gain.setTargetAtTime(0, to, RELEASE_SEC / 3);
    voice.connect(shape).connect(out);
    voice.start(from);
    voice.stop(to + RELEASE_SEC);
    ending = Math.max(ending, to + RELEASE_SEC);
  }
  let isOver = false;
  const close = (): void => {
    if (isOver) return;
    isOver = true;
    void context.close();
  };
  const timer = setTimeout(close, (ending - context.currentTime) * 1000);
  return () => {
    clearTimeout(timer);
    if (isOver) return;
    out.gain.setTargetAtTime(0, context.currentTime, FADE_SEC / 3);
    setTimeout(close, FADE_SEC * 1000);
  };
}
