import type { ByteReader } from './byte-reader.ts';

/** The root element is looked for in this many first bytes: comments of drawing programs come before it. */
const PROLOGUE_BYTES = 4096;
/** CSS 2.2, 10.3.2: the size of what has none. */
const DEFAULT_SIZE = { width: 300, height: 150 };
/** CSS pixels in a unit: CSS Values 4, 6.2; 1 em is taken as 16. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  pt: 4 / 3,
  pc: 16,
  in: 96,
  cm: 96 / 2.54,
  mm: 9.6 / 2.54,
  em: 16,
};

/**
 * Tells an SVG by its root element: after the byte order mark, spaces, comments, declarations comes `<svg`.
 *
 * @param file its bytes
 * @returns whether it is one
 */
export function isSvg(file: ByteReader): boolean {
  return rootStart(file.text(0, PROLOGUE_BYTES)) !== undefined;
}

/**
 * The size that the root element asks for: width and height, else the view box, else 300 × 150.
 *
 * @param file an SVG
 * @returns width and height in CSS pixels, rounded, ≥ 1
 * @see SVG 2, 7.2 and 8.12
 */
export function svgSize(file: ByteReader): { width: number; height: number } {
  const text = file.text(0, PROLOGUE_BYTES);
  const start = rootStart(text) ?? 0;
  const end = text.indexOf('>', start);
  const root = text.slice(start, end < 0 ? undefined : end);
  const [, , boxWidth, boxHeight] = (attribute(root, 'viewBox') ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  const ratio = positive(boxWidth) && positive(boxHeight) ? boxWidth / boxHeight : undefined;
  const width = pixels(attribute(root, 'width'));
  const height = pixels(attribute(root, 'height'));
  if (width && height) return rounded(width, height);
  if (width) return rounded(width, ratio ? width / ratio : DEFAULT_SIZE.height);
  if (height) return rounded(ratio ? height * ratio : DEFAULT_SIZE.width, height);
  return ratio ? rounded(boxWidth ?? 0, boxHeight ?? 0) : DEFAULT_SIZE;
}

// Position of `<svg`, when nothing but a prologue is before it.
function rootStart(text: string): number | undefined {
  let at = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
  for (;;) {
    while (/\s/.test(text.charAt(at))) at += 1;
    const close = closing(text, at);
    if (close === undefined) return /^<svg[\s>/]/.test(text.slice(at, at + 5)) ? at : undefined;
    const end = text.indexOf(close, at);
    if (end < 0) return undefined;
    at = end + close.length;
  }
}

// How the comment, declaration or instruction at this place ends; undefined when there is none.
function closing(text: string, at: number): string | undefined {
  if (text.startsWith('<!--', at)) return '-->';
  if (text.startsWith('<?', at)) return '?>';
  if (text.startsWith('<!', at)) return '>';
  return undefined;
}

function attribute(root: string, name: string): string | undefined {
  return new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`)
    .exec(root)
    ?.slice(1)
    .find((value) => value !== undefined);
}

function pixels(length: string | undefined): number | undefined {
  const match = /^\s*([0-9.]{1,20})([a-z]*)\s*$/.exec(length ?? '');
  const value = Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? NaN);
  return positive(value) ? value : undefined;
}

function positive(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value) && value > 0;
}

function rounded(width: number, height: number): { width: number; height: number } {
  return { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) };
}
