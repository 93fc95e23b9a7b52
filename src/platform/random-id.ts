/**
 * A name that no other thing has, also where the page is no secure context (`crypto.randomUUID` is missing there).
 *
 * @returns 32 hexadecimal digits
 */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
