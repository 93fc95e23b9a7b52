import { describe, expect, it } from 'vitest';
import { pack, unpack } from './bundle.ts';

const look = new Blob([Uint8Array.from({ length: 30_000 }, (_, index) => index % 251)]);
const other = new Blob(['ATELIER1 is also in here']);
const packed = (): Blob =>
  pack([
    ['look', look],
    ['other', other],
  ]);

const bytesOf = async (blob: Blob | undefined): Promise<Uint8Array> =>
  new Uint8Array((await blob?.arrayBuffer()) ?? []);

async function changed(at: number, value: number): Promise<Blob> {
  const bytes = new Uint8Array(await packed().arrayBuffer());
  bytes[at] = value;
  return new Blob([bytes]);
}

const refused = { ok: false, error: { code: 'not-a-bundle' } };

describe('a bundle', () => {
  it('gives back what was packed', async () => {
    const result = await unpack(packed());
    if (!result.ok) throw new Error(result.error.message);
    expect([...result.value.keys()]).toEqual(['look', 'other']);
    expect(await bytesOf(result.value.get('look'))).toEqual(await bytesOf(look));
    expect(await result.value.get('other')?.text()).toBe('ATELIER1 is also in here');
  });

  it('of nothing is a bundle too', async () => {
    expect(await unpack(pack([]))).toMatchObject({ ok: true });
  });

  it.each([0, 1, 11, 12, 40, 70, 1000, 30_000])('cut off at %d bytes is refused', async (length) => {
    expect(await unpack(packed().slice(0, length))).toMatchObject(refused);
  });

  it('with something behind it is refused', async () => {
    expect(await unpack(new Blob([packed(), 'x']))).toMatchObject(refused);
  });

  it.each([
    ['its magic', 3, 0],
    ['the length of its index', 8, 1],
    ['an absurd length of its index', 11, 255],
    ['its index', 14, 0],
  ])('with a change in %s is refused', async (_what, at, value) => {
    expect(await unpack(await changed(at, value))).toMatchObject(refused);
  });

  it('does not hold a studio twice, nor a path', async () => {
    const json = (entries: unknown): Blob => {
      const text = JSON.stringify(entries);
      return new Blob(['ATELIER1', Uint8Array.of(text.length, 0, 0, 0), text]);
    };
    const entry = { studio: 'look', bytes: 0 };
    expect(await unpack(json([entry]))).toMatchObject({ ok: true });
    expect(await unpack(json([entry, entry]))).toMatchObject(refused);
    expect(await unpack(json([{ ...entry, studio: '../x' }]))).toMatchObject(refused);
    expect(await unpack(json([{ ...entry, bytes: -1 }]))).toMatchObject(refused);
  });
});
