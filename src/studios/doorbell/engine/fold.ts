/** Accents of European, Hebrew and Arabic writing. Marks of other scripts tell words apart: か is not が. */
const ACCENTS = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u064b-\u065f\u0670]/g;

/**
 * A text without case and accents, for comparing: `Müller`, `MULLER` and `muller` are one.
 *
 * @param text any text
 * @returns the folded text; it may be longer or shorter
 */
export function fold(text: string): string {
  return (
    text
      .normalize('NFKD')
      .replace(ACCENTS, '')
      // Upper and then lower: ß becomes ss, and both small sigmas one.
      .toUpperCase()
      .toLowerCase()
      .replaceAll('ς', 'σ')
      .normalize('NFKD')
      .replace(ACCENTS, '')
      .normalize('NFKC')
  );
}

/**
 * The lines of a text field as entries.
 *
 * @param text one entry a line; commas and semicolons part entries too
 * @returns those that are not empty, trimmed, each once
 */
export function entriesOf(text: string): string[] {
  const entries = text
    .normalize('NFC')
    .split(/[\n,;、，；]+/u)
    .map((entry) => entry.replace(/\s+/gu, ' ').trim())
    .filter((entry) => entry !== '');
  return [...new Set(entries)];
}
