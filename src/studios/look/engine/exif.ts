import type { ByteReader } from './byte-reader.ts';

/** EXIF 2.32, tag 0x0112: how to turn the stored picture; 1 is upright, from 5 on width and height change places. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION_TAG = 0x0112;
const SHORT = 3;
const ENTRY_BYTES = 12;

/**
 * The orientation in a block of TIFF tags. What is broken in EXIF is no reason to refuse a picture: then it is upright.
 *
 * @param tiff the block, from its byte order mark on
 * @returns 1–8; 1 when the tag is absent or broken
 * @see EXIF 2.32, 4.6.2 and TIFF 6.0, section 2
 */
export function exifOrientation(tiff: ByteReader): Orientation {
  const order = tiff.text(0, 2);
  if ((order !== 'II' && order !== 'MM') || tiff.length < 8) return 1;
  const littleEndian = order === 'II';
  const directory = tiff.u32(4, littleEndian);
  if (directory + 2 > tiff.length) return 1;
  const entries = tiff.u16(directory, littleEndian);
  for (let i = 0; i < entries; i += 1) {
    const at = directory + 2 + i * ENTRY_BYTES;
    if (at + ENTRY_BYTES > tiff.length) return 1;
    if (tiff.u16(at, littleEndian) !== ORIENTATION_TAG) continue;
    if (tiff.u16(at + 2, littleEndian) !== SHORT) return 1;
    return asOrientation(tiff.u16(at + 8, littleEndian));
  }
  return 1;
}

function asOrientation(value: number): Orientation {
  switch (value) {
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
      return value;
    default:
      return 1;
  }
}
