import { describe, expect, it } from 'vitest';
import { writeWav } from './wav.ts';

describe('a WAV file', () => {
  it('has its header and interleaved samples, clipped', () => {
    const bytes = writeWav([Float32Array.of(0, 0.5, 2), Float32Array.of(-1, -0.5, 0)], 48_000);
    const view = new DataView(bytes.buffer);
    expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe('RIFF');
    expect(view.getUint32(4, true)).toBe(bytes.length - 8);
    expect(new TextDecoder().decode(bytes.subarray(8, 16))).toBe('WAVEfmt ');
    expect([view.getUint16(20, true), view.getUint16(22, true)]).toEqual([1, 2]);
    expect([view.getUint32(24, true), view.getUint32(28, true)]).toEqual([48_000, 192_000]);
    expect(view.getUint32(40, true)).toBe(12);
    const samples = Array.from({ length: 6 }, (_, i) => view.getInt16(44 + 2 * i, true));
    expect(samples).toEqual([0, -32_767, 16_384, -16_383, 32_767, 0]);
  });
});
