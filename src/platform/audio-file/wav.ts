const HEADER_BYTES = 44;
const BYTES_A_SAMPLE = 2;
const FULL_SCALE = 0x7fff;

/**
 * The beginning of a WAV file of 16-bit PCM; `pcm16` gives what follows it.
 *
 * @param channels how many, 1 or more
 * @param length samples of each channel
 * @param sampleRate samples a second
 * @returns 44 bytes
 */
export function wavHeader(channels: number, length: number, sampleRate: number): Uint8Array<ArrayBuffer> {
  const frameBytes = channels * BYTES_A_SAMPLE;
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string): void =>
    [...word].forEach((sign, i) => view.setUint8(at + i, sign.charCodeAt(0)));
  text(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES + length * frameBytes - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 8 * BYTES_A_SAMPLE, true);
  text(36, 'data');
  view.setUint32(40, length * frameBytes, true);
  return bytes;
}

/**
 * Samples as 16-bit PCM, channel beside channel.
 *
 * @param channels [C][N] float32 in [−1, 1]; louder is clipped
 * @returns [N × C] int16, little-endian
 */
export function pcm16(channels: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const frameBytes = channels.length * BYTES_A_SAMPLE;
  const length = channels[0]?.length ?? 0;
  const bytes = new Uint8Array(length * frameBytes);
  const view = new DataView(bytes.buffer);
  channels.forEach((samples, channel) => {
    for (let i = 0; i < length; i += 1) {
      const value = Math.max(-1, Math.min(1, samples[i] ?? 0));
      view.setInt16(i * frameBytes + channel * BYTES_A_SAMPLE, Math.round(value * FULL_SCALE), true);
    }
  });
  return bytes;
}

/**
 * Writes a WAV file: 16-bit PCM.
 *
 * @param channels [C][N] float32 in [−1, 1]; louder is clipped
 * @param sampleRate samples a second
 * @returns the file's bytes
 */
export function writeWav(channels: readonly Float32Array[], sampleRate: number): Uint8Array<ArrayBuffer> {
  const samples = pcm16(channels);
  const bytes = new Uint8Array(HEADER_BYTES + samples.length);
  bytes.set(wavHeader(channels.length, channels[0]?.length ?? 0, sampleRate));
  bytes.set(samples, HEADER_BYTES);
  return bytes;
}
