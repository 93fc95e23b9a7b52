import { ByteReader, HeaderError } from './byte-reader.ts';
import { exifOrientation, type Orientation } from './exif.ts';
import { isobmffSize, isobmffType } from './image-header-isobmff.ts';
import { isSvg, svgSize } from './image-header-svg.ts';

export type ImageType = 'jpeg' | 'png' | 'webp' | 'avif' | 'heic' | 'gif' | 'bmp' | 'svg';

/** What the first bytes say, before anything is decoded. */
export interface ImageHeader {
  readonly type: ImageType;
  /** As stored: before the orientation is applied. Pixels, ≥ 1. */
  readonly width: number;
  readonly height: number;
  /** From EXIF (JPEG, PNG, WebP); AVIF and HEIC turn pictures by other means and say 1 here. */
  readonly orientation: Orientation;
}

type Found = Omit<ImageHeader, 'type' | 'orientation'> & { readonly orientation?: Orientation };

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Tells a picture's type by its bytes; names and MIME types lie.
 *
 * @param bytes the file, or at least its first 1,024 bytes
 * @returns the type, or undefined when it is none that Look reads
 */
export function sniffImageType(bytes: Uint8Array): ImageType | undefined {
  const reader = new ByteReader(bytes, 'file');
  if (reader.text(0, 3) === '\xff\xd8\xff') return 'jpeg';
  if (PNG_SIGNATURE.every((byte, i) => bytes[i] === byte)) return 'png';
  if (reader.text(0, 4) === 'RIFF' && reader.text(8, 4) === 'WEBP') return 'webp';
  if (['GIF87a', 'GIF89a'].includes(reader.text(0, 6))) return 'gif';
  if (reader.text(0, 2) === 'BM') return 'bmp';
  return isobmffType(reader) ?? (isSvg(reader) ? 'svg' : undefined);
}

/**
 * Reads type, size and orientation, so that a bomb is refused before it is decoded. Nothing but the header is looked
 * at, and no size in it makes this function allocate or loop beyond the bytes given.
 *
 * @param bytes the whole file
 * @returns what the header says
 * @throws HeaderError when the type is unknown, the header is cut or contradicts itself, or a side is 0
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader {
  const type = sniffImageType(bytes);
  if (!type) throw new HeaderError('expected a picture, found another kind of file');
  const found = READERS[type](new ByteReader(bytes, type.toUpperCase()));
  if (!(found.width >= 1 && found.height >= 1)) {
    throw new HeaderError(`${type.toUpperCase()}: expected a size, found ${found.width} × ${found.height}`);
  }
  return { type, width: found.width, height: found.height, orientation: found.orientation ?? 1 };
}

const READERS: Readonly<Record<ImageType, (file: ByteReader) => Found>> = {
  jpeg: readJpeg,
  png: readPng,
  webp: readWebp,
  avif: isobmffSize,
  heic: isobmffSize,
  gif: (file) => ({ width: file.u16(6, true), height: file.u16(8, true) }),
  bmp: readBmp,
  svg: svgSize,
};

// ITU T.81, annex B: segments up to the frame header; APP1 with EXIF comes before it.
function readJpeg(file: ByteReader): Found {
  let orientation: Orientation = 1;
  let at = 2;
  for (;;) {
    if (file.u8(at) !== 0xff)
      throw new HeaderError(`JPEG: expected a marker at byte ${at}, found ${file.u8(at)}`);
    const marker = file.u8(at + 1);
    if (marker === 0xff) {
      at += 1; // A fill byte.
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2; // Markers without a segment.
      continue;
    }
    if (marker === 0xd9 || marker === 0xda)
      throw new HeaderError('JPEG: expected a frame header, found none');
    const length = file.u16(at + 2);
    if (length < 2) throw new HeaderError(`JPEG: expected a segment of ≥ 2 bytes, found ${length}`);
    if (isStartOfFrame(marker)) return { height: file.u16(at + 5), width: file.u16(at + 7), orientation };
    if (marker === 0xe1 && file.text(at + 4, 6) === 'Exif\0\0') {
      orientation = exifOrientation(file.part(at + 10, length - 8));
    }
    at += 2 + length;
  }
}

function isStartOfFrame(marker: number): boolean {
  // C4, C8 and CC share the range: Huffman tables, a reserved code, arithmetic conditioning.
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

// PNG 3rd edition, 11.2.1 and 11.3.4.5: IHDR is first, eXIf anywhere before the image data or after it.
function readPng(file: ByteReader): Found {
  if (file.text(12, 4) !== 'IHDR') throw new HeaderError('PNG: expected IHDR first, found another chunk');
  const size = { width: file.u32(16), height: file.u32(20) };
  let at = 8;
  while (at + 8 <= file.length) {
    const length = file.u32(at);
    const name = file.text(at + 4, 4);
    if (name === 'IDAT') break; // Later EXIF is rare, and browsers do not look for it either.
    if (name === 'eXIf') return { ...size, orientation: exifOrientation(file.part(at + 8, length)) };
    at += 12 + length;
  }
  return size;
}

// WebP container specification and RFC 6386, 9.1.
function readWebp(file: ByteReader): Found {
  const chunk = file.text(12, 4);
  if (chunk === 'VP8 ') {
    if (file.u24le(23) !== 0x2a019d) throw new HeaderError('WEBP: expected the start code of a key frame');
    return { width: file.u16(26, true) & 0x3fff, height: file.u16(28, true) & 0x3fff };
  }
  if (chunk === 'VP8L') {
    if (file.u8(20) !== 0x2f) throw new HeaderError('WEBP: expected the signature of a lossless stream');
    const bits = file.u32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (chunk !== 'VP8X') throw new HeaderError('WEBP: expected VP8, VP8L or VP8X, found another chunk');
  const size = { width: file.u24le(24) + 1, height: file.u24le(27) + 1 };
  let at = 12;
  while (at + 8 <= file.length) {
    const length = file.u32(at + 4, true);
    if (file.text(at, 4) === 'EXIF') {
      // Some writers put JPEG's "Exif\0\0" before the tags.
      const skip = file.text(at + 8, 6) === 'Exif\0\0' ? 6 : 0;
      return { ...size, orientation: exifOrientation(file.part(at + 8 + skip, length - skip)) };
    }
    at += 8 + length + (length & 1);
  }
  return size;
}

// BITMAPCOREHEADER is 12 bytes with 16-bit sides; of every later header the height is negative when stored top down.
function readBmp(file: ByteReader): Found {
  if (file.u32(14, true) === 12) return { width: file.u16(18, true), height: file.u16(20, true) };
  return { width: file.i32le(18), height: Math.abs(file.i32le(22)) };
}
