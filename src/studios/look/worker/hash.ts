import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/**
 * SHA-256 of a file's bytes: two files with the same hash are the same picture.
 *
 * @param bytes the file
 * @returns 64 hexadecimal digits
 */
export async function hashOf(bytes: ArrayBuffer): Promise<string> {
  // Web Crypto is off on insecure origins (http on a LAN address), where Look has to work too.
  if (globalThis.isSecureContext)
    return bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
  return bytesToHex(sha256(new Uint8Array(bytes)));
}
