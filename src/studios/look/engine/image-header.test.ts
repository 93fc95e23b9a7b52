import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import fixtures from '../../../../models/efficientnet-lite1/fixtures/fixtures.json' with { type: 'json' };
import { HeaderError } from './byte-reader.ts';
import { readImageHeader, sniffImageType } from './image-header.ts';

const PICTURES = new URL('../../../../models/efficientnet-lite1/fixtures/pictures/', import.meta.url);
const files = fixtures.pictures.map((picture) => ({
  ...picture,
  data: new Uint8Array(readFileSync(new URL(picture.name, PICTURES))),
}));

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? Array.from(part, (c) => c.charCodeAt(0)) : part)),
  );
const zeros = (count: number) => new Array<number>(count).fill(0);

// A block of TIFF tags with one entry: the orientation.
const tags = (value: number) =>
  bytes('MM', [0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0]);
const pngHeader = bytes([0x89], 'PNG\r\n', [0x1a, 10, 0, 0, 0, 13], 'IHDR');
const riff = (...chunks: readonly (string | readonly number[])[]) =>
  bytes('RIFF', zeros(4), 'WEBP', ...chunks);
const svg = (text: string) => readImageHeader(bytes(text));

describe('readImageHeader', () => {
  it.each(files)('reads $name ($what)', ({ name, data, stored, upright }) => {
    const header = readImageHeader(data);
    const [width, height] = stored;
    const extension = name.replace(/.*\./, '');
    expect(header.type).toBe(extension === 'jpg' ? 'jpeg' : extension);
    expect([header.width, header.height]).toEqual([width, height]);
    expect(header.orientation).toBe(Number(/^turned-(\d)/.exec(name)?.[1] ?? 1));
    const shown = header.orientation >= 5 ? [header.height, header.width] : [header.width, header.height];
    expect(shown).toEqual(upright);
  });

  it('reads the size of a bomb without more than its header', () => {
    const bomb = bytes([...pngHeader], [0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 8, 6, 0, 0, 0]);
    expect(readImageHeader(bomb)).toEqual({ type: 'png', width: 30_000, height: 30_000, orientation: 1 });
  });

  it('reads the other kinds of WebP, and EXIF in WebP and PNG', () => {
    const lossless = riff('VP8L', zeros(4), [0x2f, 0x8f, 0x81, 0x0c, 0]);
    expect(readImageHeader(lossless)).toMatchObject({ type: 'webp', width: 400, height: 51 });
    const extended = riff(
      'VP8X',
      [10, 0, 0, 0],
      zeros(4),
      [0xff, 1, 0],
      [0x0f, 0, 0],
      'EXIF',
      [26, 0, 0, 0],
      [...tags(6)],
    );
    expect(readImageHeader(extended)).toEqual({ type: 'webp', width: 512, height: 16, orientation: 6 });
    const size = [0, 0, 0, 4, 0, 0, 0, 3, 8, 2, 0, 0, 0];
    const png = bytes([...pngHeader], size, zeros(4), [0, 0, 0, 26], 'eXIf', [...tags(8)]);
    expect(readImageHeader(png)).toEqual({ type: 'png', width: 4, height: 3, orientation: 8 });
  });

  it('reads old and top-down bitmaps', () => {
    const old = bytes('BM', zeros(12), [12, 0, 0, 0], [5, 0, 7, 0]);
    expect(readImageHeader(old)).toMatchObject({ type: 'bmp', width: 5, height: 7 });
    const topDown = bytes('BM', zeros(12), [40, 0, 0, 0], [5, 0, 0, 0], [0xf9, 0xff, 0xff, 0xff]);
    expect(readImageHeader(topDown)).toMatchObject({ width: 5, height: 7 });
  });

  it('takes a picture with broken EXIF as upright', () => {
    const jpeg = (exif: Uint8Array) =>
      bytes(
        [0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 8],
        'Exif\0\0',
        [...exif],
        [0xff, 0xc0, 0, 11, 8, 0, 2, 0, 3],
      );
    expect(readImageHeader(jpeg(tags(6)))).toEqual({ type: 'jpeg', width: 3, height: 2, orientation: 6 });
    for (const broken of [
      tags(9),
      tags(0),
      tags(6).slice(0, 12),
      bytes('XX'),
      bytes('MM', [0, 42, 255, 0, 0, 0]),
    ]) {
      expect(readImageHeader(jpeg(broken))).toEqual({ type: 'jpeg', width: 3, height: 2, orientation: 1 });
    }
  });

  it.each([
    ['<svg width="20" height="10px"/>', 20, 10],
    ['\xef\xbb\xbf<?xml version="1.0"?>\n<!-- > --><!DOCTYPE svg>\n<svg viewBox="0 0 40,30"></svg>', 40, 30],
    ["<svg xmlns='x' viewBox='0 0 40 20' width='1in'>", 96, 48],
    ['<svg viewBox="0 0 40 20" height="100%" width="-3">', 40, 20],
    ['<svg height="30">', 300, 30],
    ['<svg>', 300, 150],
  ])('reads the size of %s', (text, width, height) => {
    expect(svg(text)).toEqual({ type: 'svg', width, height, orientation: 1 });
  });

  it.each([
    ['nothing', bytes(''), 'expected a picture, found another kind of file'],
    ['text named .jpg', bytes('hello, world'), 'expected a picture'],
    ['an HTML page', bytes('<html><svg>'), 'expected a picture'],
    [
      'a JPEG without a frame',
      bytes([0xff, 0xd8, 0xff, 0xda, 0, 2]),
      'JPEG: expected a frame header, found none',
    ],
    ['a JPEG that is cut', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 16]), 'the file ends there'],
    [
      'a JPEG of noise',
      bytes([0xff, 0xd8, 0xff, 0xe0, 0, 2, 1, 2]),
      'JPEG: expected a marker at byte 6, found 1',
    ],
    ['a PNG that is cut', pngHeader, 'PNG: expected more than 16 bytes'],
    ['a PNG of no size', bytes([...pngHeader], zeros(8)), 'PNG: expected a size, found 0 × 0'],
    ['a WebP of another kind', riff('VP9 '), 'WEBP: expected VP8, VP8L or VP8X'],
    ['a GIF that is cut', bytes('GIF89a'), 'the file ends there'],
    ['an AVIF of brands only', bytes([0, 0, 0, 16], 'ftypavif', zeros(4)), 'expected a box meta, found none'],
  ])('refuses %s', (_, data, message) => {
    expect(() => readImageHeader(data)).toThrow(HeaderError);
    expect(() => readImageHeader(data)).toThrow(message);
  });

  it('answers any damage with a size or a HeaderError', () => {
    const damage = fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...files), damage, fc.nat(1200), ({ data }, changes, length) => {
        const file = data.slice(0, length);
        for (const [at, value] of changes) if (at < file.length) file[at] = value;
        try {
          const { width, height } = readImageHeader(file);
          expect(width >= 1 && height >= 1).toBe(true);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(HeaderError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('sniffImageType', () => {
  it('tells HEIC from AVIF by the brands', () => {
    const withBrands = (...brands: readonly string[]) =>
      bytes([0, 0, 0, 12 + 4 * brands.length], 'ftyp', brands[0] ?? '', zeros(4), ...brands.slice(1));
    expect(sniffImageType(withBrands('heic', 'mif1'))).toBe('heic');
    expect(sniffImageType(withBrands('mif1', 'avif'))).toBe('avif');
    expect(sniffImageType(withBrands('isom', 'mp42'))).toBeUndefined();
  });
});
