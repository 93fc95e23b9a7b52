/** The two notes of a doorbell, hertz. */
const NOTES = [659.26, 523.25];
const NOTE_SEC = 0.55;

/** Rings. Silent before the first gesture on the page: the browser holds sound back until then. */
export async function chime(): Promise<void> {
  const context = new AudioContext();
  try {
    if (context.state !== 'running') return;
    NOTES.forEach((frequency, i) => {
      const from = context.currentTime + i * NOTE_SEC;
      const tone = new OscillatorNode(context, { frequency, type: 'sine' });
      const loud = new GainNode(context, { gain: 0 });
      loud.gain.setValueAtTime(0, from);
      loud.gain.linearRampToValueAtTime(0.25, from + 0.01);
      loud.gain.exponentialRampToValueAtTime(0.001, from + 2 * NOTE_SEC);
      tone.connect(loud).connect(context.destination);
      tone.start(from);
      tone.stop(from + 2 * NOTE_SEC);
    });
    await new Promise((resolve) => setTimeout(resolve, 3000 * NOTE_SEC));
  } finally {
    await context.close();
  }
}
