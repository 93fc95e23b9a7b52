import { readFileSync } from 'node:fs';

interface Header {
  readonly collections: readonly { readonly dim: number }[];
  readonly sections: readonly { readonly kind: string; readonly rows: number; readonly bytes: number }[];
}

/**
 * The vectors in a file of `Save to a file` that holds one collection, read by its description alone.
 *
 * @param path the saved file
 * @returns [dim] float32 for each picture, by id
 */
export function savedVectors(path: string): Map<number, Float32Array> {
  const file = readFileSync(path);
  const headerBytes = file.readUInt32LE(12);
  const header = JSON.parse(file.toString('utf8', 48, 48 + headerBytes)) as Header;
  const dim = header.collections[0]?.dim ?? 0;
  const vectors = new Map<number, Float32Array>();
  let at = 48 + headerBytes;
  for (const { kind, rows, bytes } of header.sections) {
    for (let row = 0; kind === 'vectors' && row < rows; row += 1) {
      const start = at + 4 * rows + 4 * dim * row;
      const vector = Float32Array.from({ length: dim }, (_, i) => file.readFloatLE(start + 4 * i));
      vectors.set(file.readUInt32LE(at + 4 * row), vector);
    }
    at += bytes;
  }
  return vectors;
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

export const cosine = (a: Float32Array, b: Float32Array): number =>
  dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

/** |a − b| by |a|² + |b|² − 2 a·b, another way than the page's. */
export const euclidean = (a: Float32Array, b: Float32Array): number =>
  Math.sqrt(Math.max(0, dot(a, a) + dot(b, b) - 2 * dot(a, b)));
