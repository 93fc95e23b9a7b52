import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { mulberry32 } from '../../kernel/rng.ts';
import { sha256Hex } from './sha256.ts';

describe('sha256Hex', () => {
  afterEach(() => vi.unstubAllGlobals());

  const lengths = [0, 1, 55, 56, 64, 1000];
  const bytesOf = (length: number): Uint8Array<ArrayBuffer> => {
    const rng = mulberry32(length);
    return Uint8Array.from({ length }, () => Math.floor(rng() * 256));
  };

  it.each(lengths)('agrees with the system for %i bytes', async (length) => {
    const bytes = bytesOf(length);
    expect(await sha256Hex(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it.each(lengths)('agrees without crypto.subtle, as on an insecure origin, for %i bytes', async (length) => {
    const bytes = bytesOf(length);
    vi.stubGlobal('crypto', {});
    expect(await sha256Hex(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});
