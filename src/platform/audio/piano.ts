import { describe, fail, ok, type Result } from '../../kernel/result.ts';
import { ModelStore } from '../model-store/store.ts';
import type { PianoSamples } from './timbres.ts';

const NAME = 'piano';
const SEMITONES_ABOVE_C: Readonly<Record<string, number>> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

/** `Ds4.ogg` is D♯4, MIDI 63: a sharp sign does not go well in addresses. */
function pitchOf(path: string): number {
  const [, letter = '', sharp = '', octave = ''] = /^([A-G])(s?)(\d)\.ogg$/.exec(path) ?? [];
  const above = SEMITONES_ABOVE_C[letter];
  if (above === undefined) throw new Error(`“${path}” is no sample of a pitch`);
  return 12 * (Number(octave) + 1) + above + sharp.length;
}

/**
 * The piano's samples: fetched once like a model, checked, kept, decoded.
 *
 * @param context that decodes them
 * @returns the samples by their MIDI pitch; a browser that cannot decode Ogg Vorbis says so
 */
export async function loadPiano(context: BaseAudioContext): Promise<Result<PianoSamples>> {
  const store = new ModelStore(new URL('models/', document.baseURI));
  const manifest = await store.manifest(NAME);
  if (!manifest.ok) return manifest;
  const samples = new Map<number, AudioBuffer>();
  try {
    await Promise.all(
      manifest.value.files.map(async ({ path }) => {
        const file = await store.file(manifest.value, path);
        if (!file.ok) throw new Error(file.error.message);
        samples.set(pitchOf(path), await context.decodeAudioData(file.value.bytes.slice(0)));
      }),
    );
  } catch (cause) {
    return fail('no-piano', 'The piano could not be loaded: another sound takes its place.', {
      hint: 'Check the connection and reload the page.',
      retryable: true,
      cause: describe(cause),
    });
  }
  return ok(samples);
}
