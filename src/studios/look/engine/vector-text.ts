/**
 * A float32 number as text from which the same float32 can be read: 9 significant digits are enough for that, and no more
 * are written.
 *
 * @param value finite, exactly a float32
 * @returns a JSON number without needless zeros
 */
export const floatText = (value: number): string =>
  value === 0 ? '0' : String(Number(value.toPrecision(9)));

/**
 * A vector as text.
 *
 * @param vector [D] float32, finite
 * @param separator what stands between two numbers
 * @returns D numbers of at most 9 digits
 */
export function vectorText(vector: Float32Array, separator: string): string {
  let text = vector.length === 0 ? '' : floatText(vector[0] ?? 0);
  for (let i = 1; i < vector.length; i += 1) text += separator + floatText(vector[i] ?? 0);
  return text;
}

/**
 * A text as a cell of tab-separated values, which know no quotes: tabs and line ends become spaces.
 *
 * @param text any text
 * @returns the same in one line
 */
export const tsvCell = (text: string): string => text.replace(/[\t\r\n\u2028\u2029]+/g, ' ');
