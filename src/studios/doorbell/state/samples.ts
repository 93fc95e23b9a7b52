/** What the workers that hear recordings listen to, Hz. */
const SAMPLE_RATE = 16_000;

/**
 * A recording as workers hear it.
 *
 * @param sound in a format that the browser decodes
 * @returns [N] float32, mono, 16,000 Hz
 * @throws DOMException when it cannot be decoded
 */
export async function samplesOf(sound: Blob): Promise<Float32Array<ArrayBuffer>> {
  // Decoding resamples to the context's rate; its length is of no importance.
  const buffer = await new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(await sound.arrayBuffer());
  const channels = Array.from({ length: buffer.numberOfChannels }, (_, i) => buffer.getChannelData(i));
  // A copy in one go: a doorbell's recordings have one channel, and a loop over a minute of one takes long on this thread.
  const mixed = new Float32Array(channels[0] ?? []);
  if (channels.length < 2) return mixed;
  for (let i = 0; i < mixed.length; i += 1)
    mixed[i] = channels.reduce((sum, samples) => sum + (samples[i] ?? 0), 0) / channels.length;
  return mixed;
}
