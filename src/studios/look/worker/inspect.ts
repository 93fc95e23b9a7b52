import { fail, ok } from '../../../kernel/result.ts';
import { readImageHeader, sniffImageType } from '../engine/image-header.ts';
import type { LookResult } from './protocol.ts';

/** What to do about a damaged file. */
export const COPY_AGAIN = 'Copy it again from where it came.';

/** What is said of a file that begins as a picture does, and is none as a whole. */
export const damaged = (name: string, type: string): string =>
  `${name} begins like a ${type.toUpperCase()} picture, but is damaged or cut off.`;

/** Larger pictures take more memory to decode than a tab can be trusted with: 4 bytes a pixel, twice. */
const MAX_PIXELS = 100_000_000;

/** What the first bytes of a file say, once it is known that it can be decoded without harm. */
export interface Inspected {
  readonly type: string;
  /** How many there are once it is decoded. */
  readonly pixels: number;
}

/**
 * Looks at a file before anything is decoded.
 *
 * @param name of the file, for the message
 * @param bytes the whole file
 * @returns its MIME type, or why it is refused
 */
export function inspect(name: string, bytes: ArrayBuffer): LookResult<Inspected> {
  if (bytes.byteLength === 0) {
    return fail('empty-file', `${name} is empty (0 bytes).`, { hint: COPY_AGAIN });
  }
  try {
    const { type, width, height } = readImageHeader(new Uint8Array(bytes));
    // An SVG's size is only a wish: the page draws it at most 1,024 px wide.
    if (type !== 'svg' && width * height > MAX_PIXELS) {
      const megapixels = Math.round((width * height) / 1e6);
      return fail('too-large', `${name} has ${width} × ${height} pixels (${megapixels} megapixels).`, {
        hint: 'Pictures over 100 megapixels are refused: shrink it first.',
      });
    }
    if (type === 'svg') return ok({ type: 'image/svg+xml', pixels: 0 });
    return ok({ type: `image/${type}`, pixels: width * height });
  } catch (cause) {
    const type = sniffImageType(new Uint8Array(bytes));
    if (type === undefined)
      return fail('not-an-image', `${name} is not a picture of a kind that Look reads.`, {
        hint: 'Look reads JPEG, PNG, WebP, AVIF, GIF, BMP and SVG, and HEIC where the browser does.',
        cause,
      });
    return fail('not-an-image', damaged(name, type), { hint: COPY_AGAIN, cause });
  }
}
