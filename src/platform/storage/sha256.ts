import { sha256 as sha256InScript } from '@noble/hashes/sha2.js';

/**
 * SHA-256 in lower-case hexadecimal. On an insecure origin there is no `crypto.subtle`; a script computes it there.
 *
 * @param bytes what to digest
 * @returns 64 hexadecimal digits
 */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  // The DOM's types promise `subtle` everywhere; browsers leave it out on insecure origins.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  const digest =
    subtle === undefined ? sha256InScript(bytes) : new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
