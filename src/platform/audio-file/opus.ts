import { AudioSample, AudioSampleSource, BufferTarget, OggOutputFormat, Output } from 'mediabunny';

/** Transparent for four voices of music, by listening tests of the codec. */
const BITS_A_SECOND = 128_000;
/** So much goes to the encoder at a time; between two the encoder makes room. */
const PART_SEC = 1;

/**
 * Encodes sound by the browser's own Opus encoder, into an Ogg file.
 *
 * @param channels [C][N] float32 in [−1, 1], C 1 or 2
 * @param sampleRate samples a second
 * @param options title of the file; hears seconds as they are taken
 * @returns the file's bytes
 * @throws Error when the browser has no encoder, or gives up
 */
export async function writeOpus(
  channels: readonly Float32Array[],
  sampleRate: number,
  options: {
    readonly title: string;
    readonly onSeconds?: ((seconds: number) => void) | undefined;
  },
): Promise<ArrayBuffer> {
  const target = new BufferTarget();
  const output = new Output({ format: new OggOutputFormat(), target });
  const source = new AudioSampleSource({ codec: 'opus', bitrate: BITS_A_SECOND });
  output.addAudioTrack(source);
  output.setMetadataTags({ title: options.title });
  try {
    await output.start();
    const length = channels[0]?.length ?? 0;
    const part = Math.round(PART_SEC * sampleRate);
    for (let from = 0; from < length; from += part) {
      const to = Math.min(length, from + part);
      const planes = new Float32Array(channels.length * (to - from));
      channels.forEach((channel, i) => planes.set(channel.subarray(from, to), i * (to - from)));
      const sample = new AudioSample({
        data: planes,
        format: 'f32-planar',
        numberOfChannels: channels.length,
        sampleRate,
        timestamp: from / sampleRate,
      });
      await source.add(sample);
      sample.close();
      options.onSeconds?.(to / sampleRate);
    }
    await output.finalize();
  } catch (cause) {
    if (output.state !== 'canceled') await output.cancel();
    throw cause;
  }
  if (target.buffer === null) throw new Error('the encoder made nothing');
  return target.buffer;
}
