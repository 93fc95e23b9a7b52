const REPLACEMENT = 0xff_fd;

// Bytes after the first of a sequence, the bits that the first has of the character, and the least that may be written so.
function sequence(first: number): readonly [more: number, bits: number, least: number] | undefined {
  if (first < 0x80) return [0, first, 0];
  if (first >= 0xc2 && first < 0xe0) return [1, first & 0x1f, 0x80];
  if (first >= 0xe0 && first < 0xf0) return [2, first & 0x0f, 0x800];
  if (first >= 0xf0 && first < 0xf5) return [3, first & 0x07, 0x1_00_00];
  return undefined;
}

/**
 * Text of UTF-8; engines have no TextDecoder.
 *
 * @param bytes each 0–255
 * @returns the text, U+FFFD for each byte that belongs to no character
 * @see RFC 3629
 */
export function fromUtf8(bytes: readonly number[]): string {
  const points: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const [more, bits, least] = sequence(bytes[at] ?? 0) ?? [-1, 0, 0];
    let point = bits;
    let taken = 0;
    while (taken < more && ((bytes[at + 1 + taken] ?? 0) & 0xc0) === 0x80) {
      point = (point << 6) | ((bytes[at + 1 + taken] ?? 0) & 0x3f);
      taken += 1;
    }
    const isSound =
      taken === more && point >= least && point <= 0x10_ff_ff && (point < 0xd8_00 || point > 0xdf_ff);
    points.push(isSound ? point : REPLACEMENT);
    at += isSound ? more + 1 : 1;
  }
  return points.map((point) => String.fromCodePoint(point)).join('');
}
