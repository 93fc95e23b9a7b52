/**
 * One file that holds the saved files of several studios: `ATELIER1`, the length of an index (uint32, little-endian), the
 * index as JSON, then the saved files one after the other. Blobs are joined and sliced without reading them, so its size does
 * not matter; the studios check their own parts.
 */
import { fail, ok, type Result, type StudioError } from '../kernel/result.ts';

export type BundleResult<T> = Result<T, StudioError<'not-a-bundle'>>;

const MAGIC = 'ATELIER1';
const HEAD_BYTES = MAGIC.length + 4;
const MAX_INDEX_BYTES = 65_536;
const STUDIO_ID = /^[a-z][a-z0-9-]{0,40}$/;

interface Entry {
  readonly studio: string;
  readonly bytes: number;
}

/**
 * Joins saved files.
 *
 * @param parts studios' ids and their saved files
 */
export function pack(parts: readonly (readonly [studio: string, file: Blob])[]): Blob {
  const index: Entry[] = parts.map(([studio, { size }]) => ({ studio, bytes: size }));
  const json = new TextEncoder().encode(JSON.stringify(index));
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, json.length, true);
  return new Blob([MAGIC, length, json, ...parts.map(([, file]) => file)], {
    type: 'application/octet-stream',
  });
}

const notOurs = (what: string): BundleResult<never> =>
  fail('not-a-bundle', `This is not a file in which Atelier saved everything: ${what}. Nothing was changed.`);

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' &&
  value !== null &&
  'studio' in value &&
  typeof value.studio === 'string' &&
  STUDIO_ID.test(value.studio) &&
  'bytes' in value &&
  Number.isSafeInteger(value.bytes) &&
  Number(value.bytes) >= 0;

function readIndex(text: string): readonly Entry[] | undefined {
  try {
    const index: unknown = JSON.parse(text);
    return Array.isArray(index) && index.every(isEntry) ? index : undefined;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

/**
 * Takes saved files apart.
 *
 * @param file chosen by a person
 * @returns a studio's id and its saved file, unread
 */
export async function unpack(file: Blob): Promise<BundleResult<ReadonlyMap<string, Blob>>> {
  const head = await file.slice(0, HEAD_BYTES).arrayBuffer();
  if (head.byteLength < HEAD_BYTES || new TextDecoder().decode(head.slice(0, MAGIC.length)) !== MAGIC)
    return notOurs('it begins differently');
  const length = new DataView(head).getUint32(MAGIC.length, true);
  if (length > MAX_INDEX_BYTES) return notOurs('its index is damaged');
  const index = readIndex(await file.slice(HEAD_BYTES, HEAD_BYTES + length).text());
  if (index === undefined) return notOurs('its index is damaged');
  const parts = new Map<string, Blob>();
  let start = HEAD_BYTES + length;
  for (const { studio, bytes } of index) {
    if (parts.has(studio)) return notOurs('its index is damaged');
    parts.set(studio, file.slice(start, start + bytes));
    start += bytes;
  }
  if (start !== file.size) return notOurs(`it should have ${start} bytes and has ${file.size}`);
  return ok(parts);
}
