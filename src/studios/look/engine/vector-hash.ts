/**
 * A 32-bit hash of a vector's bits (the body of MurmurHash3), to notice that a graph was built from other vectors than
 * those at hand. It is no protection against someone who wants a collision.
 *
 * @param vector [D] float32
 * @returns an unsigned 32-bit integer
 * @see https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp (public domain)
 */
export function hashVector(vector: Float32Array): number {
  let hash = 0;
  for (const word of new Uint32Array(vector.buffer, vector.byteOffset, vector.length)) {
    let k = Math.imul(word, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    hash ^= Math.imul(k, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= vector.byteLength;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
