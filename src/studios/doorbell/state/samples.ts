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
  const mixed = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) {
    const samples = buffer.getChannelData(channel);
    for (let i = 0; i < mixed.length; i += 1)
      mixed[i] = (mixed[i] ?? 0) + (samples[i] ?? 0) / buffer.numberOfChannels;
  }
  return mixed;
}
