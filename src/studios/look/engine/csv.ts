/**
 * A cell by RFC 4180; text that a spreadsheet would take for a formula is made text.
 *
 * @param value what stands in it
 * @returns the cell, quoted where it must be
 */
export function csvCell(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
