const HEADER_BYTES = 44;
const BYTES_A_SAMPLE = 2;
const FULL_SCALE = 0x7fff;

/**
 * Writes a WAV file: 16-bit PCM.
 *
 * @param channels [C][N] float32 in [−1, 1]; louder is clipped
 * @param sampleRate samples a second
 * @returns the file's bytes
 */
export function writeWav(channels: readonly Float32Array[], sampleRate: number): Uint8Array<ArrayBuffer> {
  const length = channels[0]?.length ?? 0;
  const frameBytes = channels.length * BYTES_A_SAMPLE;
  const bytes = new Uint8Array(HEADER_BYTES + length * frameBytes);
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string): void =>
    [...word].forEach((sign, i) => view.setUint8(at + i, sign.charCodeAt(0)));
  text(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 8 * BYTES_A_SAMPLE, true);
  text(36, 'data');
  view.setUint32(40, length * frameBytes, true);
  channels.forEach((samples, channel) => {
    for (let i = 0; i < length; i += 1) {
      const value = Math.max(-1, Math.min(1, samples[i] ?? 0));
      view.setInt16(
        HEADER_BYTES + i * frameBytes + channel * BYTES_A_SAMPLE,
        Math.round(value * FULL_SCALE),
        true,
      );
    }
  });
  return bytes;
}
