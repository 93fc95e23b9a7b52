import { HeaderError, type ByteReader } from './byte-reader.ts';

interface Box {
  readonly name: string;
  readonly body: ByteReader;
}

const AVIF_BRANDS = ['avif', 'avis'];
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'];
/** More brands than a file needs; a forged box must not make us read megabytes. */
const MAX_BRANDS = 64;

/**
 * Tells AVIF and HEIC by the brands of the first box.
 *
 * @param file its bytes
 * @returns the type, or undefined when it is neither
 * @see ISO/IEC 14496-12, 4.3; ISO/IEC 23008-12, 10; AV1 Image File Format 1.1, 6
 */
export function isobmffType(file: ByteReader): 'avif' | 'heic' | undefined {
  if (file.length < 16 || file.text(4, 4) !== 'ftyp') return undefined;
  const end = Math.min(file.u32(0), file.length, 16 + 4 * MAX_BRANDS);
  const brands = [file.text(8, 4)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(file.text(at, 4));
  // AVIF files name the general brand mif1 too.
  if (brands.some((brand) => AVIF_BRANDS.includes(brand))) return 'avif';
  if (brands.some((brand) => HEIC_BRANDS.includes(brand))) return 'heic';
  return undefined;
}

/**
 * The largest of the sizes in the file's properties: tiles, thumbnails and alpha have properties too, and none of them
 * is larger than the picture.
 *
 * @param file an AVIF or HEIC file
 * @returns width and height in pixels, before rotation
 * @throws HeaderError when there is no such property
 * @see ISO/IEC 23008-12, 6.5.3 (ispe)
 */
export function isobmffSize(file: ByteReader): { width: number; height: number } {
  const meta = find(file, 'meta');
  // meta is a full box: 4 bytes of version and flags come before its children.
  const properties = find(find(meta.part(4, meta.length), 'iprp'), 'ipco');
  let best = { width: 0, height: 0 };
  for (const { name, body } of boxes(properties)) {
    if (name !== 'ispe') continue;
    const size = { width: body.u32(4), height: body.u32(8) };
    if (size.width * size.height > best.width * best.height) best = size;
  }
  return best;
}

function find(parent: ByteReader, name: string): ByteReader {
  for (const box of boxes(parent)) {
    if (box.name === name) return box.body;
  }
  throw new HeaderError(`AVIF or HEIC: expected a box ${name}, found none`);
}

function* boxes(parent: ByteReader): Generator<Box> {
  let at = 0;
  while (at + 8 <= parent.length) {
    const stored = parent.u32(at);
    // 1: a 64-bit length follows; 0: up to the end.
    const header = stored === 1 ? 16 : 8;
    const length =
      stored === 1
        ? parent.u32(at + 8) * 2 ** 32 + parent.u32(at + 12)
        : stored === 0
          ? parent.length - at
          : stored;
    if (length < header)
      throw new HeaderError(`AVIF or HEIC: expected a box of ≥ ${header} bytes, found ${length}`);
    yield { name: parent.text(at + 4, 4), body: parent.part(at + header, length - header) };
    at += length;
  }
}
