/** A file of a network that is not what it should be. The message begins with the file's name and says what was expected. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
  readonly file: string;

  /**
   * Puts it in words.
   *
   * @param file its name
   * @param expected what should be in it, after “expected”
   * @param found what is, after “found”
   */
  constructor(file: string, expected: string, found: string) {
    super(`${file}: expected ${expected}, found ${found}`);
    this.file = file;
  }
}

export type Json = Readonly<Record<string, unknown>>;

/**
 * Whether a value is a JSON object.
 *
 * @param value anything
 * @returns whether it has fields
 */
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a JSON object.
 *
 * @param file its name
 * @param text its content
 * @returns the object
 * @throws FileFault when it is none
 */
export function readJson(file: string, text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw new FileFault(file, 'a JSON object', `${text.length} characters that are no JSON`);
  }
  if (!isObject(value)) throw new FileFault(file, 'a JSON object', describeValue(value));
  return value;
}

/**
 * A value in a few words, for messages.
 *
 * @param value anything of a JSON file
 * @returns at most 60 characters
 */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
