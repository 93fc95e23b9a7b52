import { writeOpus } from '../../../platform/audio-file/opus.ts';
import { writeWav } from '../../../platform/audio-file/wav.ts';
import { describe, fail, ok } from '../../../kernel/result.ts';
import { serve, transfer } from '../../../platform/rpc.ts';
import type { SoundApi } from './protocol.ts';

/** A minute of music is millions of samples: too many for a page that has to answer. */
const api: SoundApi = {
  wav(channels, sampleRate) {
    const bytes = writeWav(channels, sampleRate);
    return transfer(bytes, [bytes.buffer]);
  },
  async opus(channels, sampleRate, title, { onProgress } = {}) {
    const total = (channels[0]?.length ?? 0) / sampleRate;
    try {
      const bytes = await writeOpus(channels, sampleRate, {
        title,
        onSeconds: (done) => onProgress?.({ phase: 'encoding', done, total, unit: 'seconds' }),
      });
      return transfer(ok(bytes), [bytes]);
    } catch (cause) {
      return fail('no-encoder', `The browser could not encode the sound: ${describe(cause)}.`, {
        hint: 'Export WAV instead: it needs no encoder.',
        cause: describe(cause),
      });
    }
  },
};
serve(api);
