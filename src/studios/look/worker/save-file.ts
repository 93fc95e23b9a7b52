import { describe } from '../../../kernel/result.ts';
import { sha256Hex } from '../../../platform/storage/sha256.ts';
import { LookFailure } from './failure.ts';

/*
 * The file of `Save to a file`, version 1. Numbers are little-endian, texts UTF-8.
 *
 *   bytes 0–7    "ATELIER\n"
 *   bytes 8–11   uint32  version of the format
 *   bytes 12–15  uint32  length of the header
 *   bytes 16–47  SHA-256 of the header
 *   header       JSON: { studio: "look", collections: SavedCollection[], sections: SavedSection[] }
 *   sections     one after the other, in the order of the header, nothing between and nothing after
 *
 * A section is at most 64 MiB and has its own SHA-256, so a file is read and checked piece by piece. Of each collection
 * the sections with pictures come before those with vectors and thumbnails. What a section holds:
 *
 *   pictures  JSON: SavedPicture[]
 *   vectors   rows × uint32 id, then rows × dim × float32
 *   thumbs    rows × (uint32 id, uint32 length, uint32 type: 0 WebP, 1 PNG, 2 JPEG), then the pictures' bytes
 */

export const SAVE_VERSION = 1;
const MAGIC = 'ATELIER\n';
const PREFIX_BYTES = 48;
const MAX_HEADER_BYTES = 16 * 2 ** 20;
const MAX_SECTION_BYTES = 64 * 2 ** 20;
const MAX_DIM = 65_536;
const MAX_ID = 2 ** 31;
const MAX_NAMES = 1_000;
const MAX_NAME_LENGTH = 100;

/** A name that a person gave: ids of the pictures that have it, and of those that do not. */
export interface SavedName {
  readonly name: string;
  readonly yes: readonly number[];
  readonly no: readonly number[];
  readonly threshold: number;
}

export interface SavedCollection {
  readonly name: string;
  readonly network: string;
  readonly dim: number;
  /** What the network is called. Absent in files of earlier versions, which pass over it. */
  readonly networkTitle?: string;
  readonly createdAt: number;
  readonly count: number;
  /** Absent in files of versions of Atelier that had no names; those pass over it. */
  readonly names?: readonly SavedName[];
}

export interface SavedSection {
  readonly kind: 'pictures' | 'vectors' | 'thumbs';
  /** Place in the header's list of collections. */
  readonly collection: number;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

export interface SavedPicture {
  readonly id: number;
  readonly name: string;
  readonly hash: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly thumbBytes: number;
  /** Its vector was made of its thumbnail. Earlier versions pass over it. */
  readonly small?: true;
}

export interface SaveHeader {
  readonly studio: 'look';
  readonly collections: readonly SavedCollection[];
  readonly sections: readonly SavedSection[];
}

export const badFile = (why: string, hint = 'Nothing was changed. Choose another file.'): LookFailure =>
  new LookFailure('bad-save-file', `This file cannot be opened: ${why}.`, hint);

type Bytes = Uint8Array<ArrayBuffer>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value is an integer in [least, most]. */
const isCount = (value: unknown, most: number, least = 0): value is number =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

const isText = (value: unknown): value is string => typeof value === 'string';

const isHash = (value: unknown): value is string => isText(value) && /^[0-9a-f]{64}$/.test(value);

function isCollection(value: unknown): value is SavedCollection {
  return (
    isRecord(value) &&
    isText(value.name) &&
    value.name.trim() !== '' &&
    isText(value.network) &&
    isCount(value.dim, MAX_DIM, 1) &&
    (value.networkTitle === undefined || isText(value.networkTitle)) &&
    isCount(value.createdAt, Number.MAX_SAFE_INTEGER) &&
    isCount(value.count, MAX_ID) &&
    (value.names === undefined ||
      (Array.isArray(value.names) && value.names.length <= MAX_NAMES && areNames(value.names)))
  );
}

/** Whether these are names, no two of them alike. */
const areNames = (values: readonly unknown[]): boolean =>
  values.every(isName) && new Set(values.map(({ name }) => name)).size === values.length;

function isName(value: unknown): value is SavedName {
  if (!isRecord(value) || !Array.isArray(value.yes) || !Array.isArray(value.no)) return false;
  const ids = [value.yes, value.no].flat() as readonly unknown[];
  return (
    isText(value.name) &&
    value.name.trim() !== '' &&
    value.name.length <= MAX_NAME_LENGTH &&
    ids.every((id) => isCount(id, MAX_ID, 1)) &&
    new Set(ids).size === ids.length &&
    typeof value.threshold === 'number' &&
    value.threshold >= 0 &&
    value.threshold <= 1
  );
}

function isSection(value: unknown): value is SavedSection {
  return (
    isRecord(value) &&
    (value.kind === 'pictures' || value.kind === 'vectors' || value.kind === 'thumbs') &&
    isCount(value.collection, MAX_ID) &&
    isCount(value.rows, MAX_ID, 1) &&
    isCount(value.bytes, MAX_SECTION_BYTES, 1) &&
    isHash(value.sha256)
  );
}

function isPicture(value: unknown): value is SavedPicture {
  return (
    isRecord(value) &&
    isCount(value.id, MAX_ID, 1) &&
    isText(value.name) &&
    isHash(value.hash) &&
    isCount(value.bytes, Number.MAX_SAFE_INTEGER) &&
    isCount(value.width, MAX_ID) &&
    isCount(value.height, MAX_ID) &&
    isCount(value.thumbBytes, MAX_SECTION_BYTES)
  );
}

function parseJson(bytes: Bytes, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (thrown) {
    throw badFile(`${what} is not readable (${describe(thrown)})`);
  }
}

async function bytesOf(file: Blob, from: number, length: number): Promise<Bytes> {
  let buffer: ArrayBuffer;
  try {
    buffer = await file.slice(from, from + length).arrayBuffer();
  } catch (thrown) {
    throw badFile(`it could not be read (${describe(thrown)})`, 'Check that the file is still there.');
  }
  if (buffer.byteLength !== length) throw badFile('it is shorter than it should be');
  return new Uint8Array(buffer);
}

/** The file's first bytes for a header. */
export async function encodeHeader(header: SaveHeader): Promise<Bytes> {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const all = new Uint8Array(PREFIX_BYTES + json.length);
  const view = new DataView(all.buffer);
  all.set(new TextEncoder().encode(MAGIC));
  view.setUint32(8, SAVE_VERSION, true);
  view.setUint32(12, json.length, true);
  const digest = await sha256Hex(json);
  for (let i = 0; i < 32; i += 1) all[16 + i] = Number.parseInt(digest.slice(2 * i, 2 * i + 2), 16);
  all.set(json, PREFIX_BYTES);
  return all;
}

/**
 * Reads and checks the header of a saved file; no more than the header is read.
 *
 * @param file what the person chose
 * @returns the header, and where the sections begin
 * @throws LookFailure `bad-save-file` that says what is wrong
 */
export async function readHeader(file: Blob): Promise<{ header: SaveHeader; offset: number }> {
  if (file.size < PREFIX_BYTES) throw badFile('it is too short to be a file of Atelier');
  const prefix = await bytesOf(file, 0, PREFIX_BYTES);
  const view = new DataView(prefix.buffer);
  if (new TextDecoder().decode(prefix.subarray(0, 8)) !== MAGIC) throw badFile('it is no file of Atelier');
  const version = view.getUint32(8, true);
  if (version !== SAVE_VERSION)
    throw badFile(
      `it is of version ${version}, and this version of Atelier reads version ${SAVE_VERSION}`,
      'Nothing was changed. Update Atelier, or save the file again with the Atelier that you have.',
    );
  const headerBytes = view.getUint32(12, true);
  if (headerBytes > MAX_HEADER_BYTES || headerBytes > file.size - PREFIX_BYTES)
    throw badFile('its header is longer than the file');
  const json = await bytesOf(file, PREFIX_BYTES, headerBytes);
  const expected = Array.from(prefix.subarray(16), (byte) => byte.toString(16).padStart(2, '0')).join('');
  if ((await sha256Hex(json)) !== expected) throw badFile('its header is damaged');
  const header = parseJson(json, 'its header');
  const offset = PREFIX_BYTES + headerBytes;
  assertHeader(header, file.size - offset);
  return { header, offset };
}

function assertHeader(header: unknown, available: number): asserts header is SaveHeader {
  if (
    !isRecord(header) ||
    !Array.isArray(header.collections) ||
    !header.collections.every(isCollection) ||
    !Array.isArray(header.sections) ||
    !header.sections.every(isSection)
  )
    throw badFile('its header does not say what is in it');
  if (header.studio !== 'look') throw badFile('it belongs to another studio');
  const { collections, sections } = header;
  for (const { kind, collection, rows, bytes } of sections) {
    const dim = collections[collection]?.dim;
    if (dim === undefined) throw badFile('a part belongs to no collection');
    if (kind === 'vectors' && bytes !== vectorBytes(rows, dim)) throw badFile('a part has the wrong length');
  }
  const total = sections.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > available) throw badFile('it is shorter than it should be; the copy was probably cut off');
  if (total < available) throw badFile('it is longer than it should be');
}

/** One part of the file, checked against its digest. */
export async function readSection(file: Blob, section: SavedSection, offset: number): Promise<Bytes> {
  const bytes = await bytesOf(file, offset, section.bytes);
  if ((await sha256Hex(bytes)) !== section.sha256)
    throw badFile(`its bytes ${offset} to ${offset + section.bytes} are damaged`);
  return bytes;
}

export const encodePictures = (pictures: readonly SavedPicture[]): Bytes =>
  new TextEncoder().encode(JSON.stringify(pictures));

export function decodePictures(bytes: Bytes, rows: number): readonly SavedPicture[] {
  const pictures = parseJson(bytes, 'a list of pictures');
  if (!Array.isArray(pictures) || pictures.length !== rows || !pictures.every(isPicture))
    throw badFile('a list of pictures is damaged');
  return pictures;
}

const vectorBytes = (rows: number, dim: number): number => rows * 4 * (1 + dim);

// Every browser runs on little-endian machines (WebAssembly demands it of them), so arrays are copied as they lie.
export function encodeVectors(ids: Uint32Array, data: Float32Array): Bytes {
  const bytes = new Uint8Array(ids.byteLength + data.byteLength);
  new Uint32Array(bytes.buffer, 0, ids.length).set(ids);
  new Float32Array(bytes.buffer, ids.byteLength).set(data);
  return bytes;
}

export function decodeVectors(
  bytes: Bytes,
  rows: number,
): { ids: Uint32Array<ArrayBuffer>; data: Float32Array<ArrayBuffer> } {
  return {
    ids: new Uint32Array(bytes.buffer.slice(0, rows * 4)),
    data: new Float32Array(bytes.buffer.slice(rows * 4)),
  };
}

const THUMB_TYPES = ['image/webp', 'image/png', 'image/jpeg'];
const THUMB_HEAD = 12;

export interface SavedThumb {
  readonly id: number;
  readonly data: ArrayBuffer;
  readonly type: string;
}

export function encodeThumbs(thumbs: readonly SavedThumb[]): Bytes {
  const total = thumbs.reduce((sum, { data }) => sum + data.byteLength, thumbs.length * THUMB_HEAD);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  let at = thumbs.length * THUMB_HEAD;
  for (const [row, { id, data, type }] of thumbs.entries()) {
    view.setUint32(row * THUMB_HEAD, id, true);
    view.setUint32(row * THUMB_HEAD + 4, data.byteLength, true);
    view.setUint32(row * THUMB_HEAD + 8, THUMB_TYPES.indexOf(type), true);
    bytes.set(new Uint8Array(data), at);
    at += data.byteLength;
  }
  return bytes;
}

export function decodeThumbs(bytes: Bytes, rows: number): readonly SavedThumb[] {
  if (bytes.length < rows * THUMB_HEAD) throw badFile('a part with thumbnails is too short');
  const view = new DataView(bytes.buffer);
  let at = rows * THUMB_HEAD;
  const thumbs = Array.from({ length: rows }, (_, row) => {
    const length = view.getUint32(row * THUMB_HEAD + 4, true);
    const type = THUMB_TYPES[view.getUint32(row * THUMB_HEAD + 8, true)];
    if (length > bytes.length - at || type === undefined) throw badFile('a part with thumbnails is damaged');
    const data = bytes.buffer.slice(at, at + length);
    at += length;
    return { id: view.getUint32(row * THUMB_HEAD, true), data, type };
  });
  if (at !== bytes.length) throw badFile('a part with thumbnails is too long');
  return thumbs;
}
