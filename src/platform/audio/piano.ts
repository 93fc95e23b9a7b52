import { describe, fail, ok, type Result } from '../../kernel/result.ts';
import { ModelStore } from '../model-store/store.ts';
import type { PianoSamples } from './instruments.ts';

const NAME = 'piano';

/**
 * The piano's samples: fetched once like a model, checked, kept, decoded.
 *
 * @param context that decodes them
 * @returns the samples by pitch, e.g. `A3`; a browser that cannot decode Ogg Vorbis says so
 */
export async function loadPiano(context: BaseAudioContext): Promise<Result<PianoSamples>> {
  const store = new ModelStore(new URL('models/', document.baseURI));
  const manifest = await store.manifest(NAME);
  if (!manifest.ok) return manifest;
  const samples = new Map<string, AudioBuffer>();
  try {
    await Promise.all(
      manifest.value.files.map(async ({ path }) => {
        const file = await store.file(manifest.value, path);
        if (!file.ok) throw new Error(file.error.message);
        // `Ds4.ogg` is D♯4: a sharp sign does not go well in addresses.
        const pitch = path.replace(/\.ogg$/, '').replace('s', '#');
        samples.set(pitch, await context.decodeAudioData(file.value.bytes.slice(0)));
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
