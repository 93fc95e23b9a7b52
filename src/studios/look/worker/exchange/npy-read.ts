import type { TaskOptions } from '../../../../platform/rpc.ts';
import { pause } from '../../../../platform/rpc-pause.ts';
import { NPY_PREFIX_BYTES, npyNumberBytes, npyNumbers, parseNpyHeader } from '../../engine/npy.ts';
import { badVectors } from './bad-vectors.ts';
import type { IncomingRow } from './incoming.ts';

const ROWS_AT_ONCE = 256;
const MAX_TEXT_BYTES = 512 * 2 ** 20;

/** Vectors of a file, and what it says of them. */
export interface ReadVectors {
  readonly rows: AsyncIterable<IncomingRow>;
  readonly dim: number;
  /** From the file, where it says so. */
  readonly name: string | undefined;
  readonly network: string | undefined;
}

/** A file or an entry of a zip. */
export interface NamedBlob {
  readonly name: string;
  readonly blob: Blob;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const numberOf = (value: unknown): number | undefined => {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' ? number : undefined;
};

/** What is known of a picture, from a record of any origin: what is not as it should be is left out. */
export const knownOf = (record: unknown): Omit<IncomingRow, 'vector'> =>
  isRecord(record)
    ? {
        name: textOf(record.name),
        hash: textOf(record.hash),
        bytes: numberOf(record.bytes),
        width: numberOf(record.width),
        height: numberOf(record.height),
      }
    : {};

/** What a file says of its collection. */
export function aboutOf(text: string | undefined): { name: string | undefined; network: string | undefined } {
  if (text === undefined) return { name: undefined, network: undefined };
  try {
    const about: unknown = JSON.parse(text);
    return isRecord(about)
      ? { name: textOf(about.name), network: textOf(about.network) }
      : { name: undefined, network: undefined };
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    return { name: undefined, network: undefined };
  }
}

async function readText({ name, blob }: NamedBlob): Promise<string> {
  if (blob.size > MAX_TEXT_BYTES) throw badVectors(name, 'it is longer than 512 MB');
  return blob.text();
}

/** The lines of `metadata.jsonl`, which must be as many as there are vectors. */
async function linesOf(file: NamedBlob, count: number): Promise<readonly string[]> {
  const lines = (await readText(file)).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length !== count)
    throw badVectors(file.name, `it has ${lines.length} lines, and there are ${count} vectors`);
  return lines;
}

function parseLine(file: string, line: string, at: number): unknown {
  try {
    return JSON.parse(line);
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw badVectors(file, `line ${at + 1} is no JSON`);
  }
}

/**
 * Opens a `.npy` file.
 *
 * @param npy a matrix of floats, a vector in each row
 * @param metadata a line of JSON for each row, if there is one
 * @param about `collection.json`, if there is one
 * @param options `signal`; progress in vectors
 */
export async function readNpy(
  npy: NamedBlob,
  metadata: NamedBlob | undefined,
  about: NamedBlob | undefined,
  options: TaskOptions = {},
): Promise<ReadVectors> {
  const prefix = new Uint8Array(await npy.blob.slice(0, NPY_PREFIX_BYTES).arrayBuffer());
  const { shape, type, isFortran, offset } = headerOf(npy.name, prefix);
  const [count, dim] = shape;
  const rowBytes = dim * npyNumberBytes(type);
  if (isFortran && count > 1 && dim > 1)
    throw badVectors(
      npy.name,
      'its columns lie together (Fortran order)',
      'Write it with np.ascontiguousarray.',
    );
  if (npy.blob.size !== offset + count * rowBytes)
    throw badVectors(
      npy.name,
      `it is ${npy.blob.size < offset + count * rowBytes ? 'shorter' : 'longer'} than its header says`,
    );
  const lines = metadata === undefined ? undefined : await linesOf(metadata, count);
  const fileOfLines = metadata?.name ?? '';

  async function* rows(): AsyncGenerator<IncomingRow> {
    for (let from = 0; from < count; from += ROWS_AT_ONCE) {
      await pause();
      options.signal?.throwIfAborted();
      const to = Math.min(count, from + ROWS_AT_ONCE);
      const piece = npy.blob.slice(offset + from * rowBytes, offset + to * rowBytes);
      const numbers = npyNumbers(new Uint8Array(await piece.arrayBuffer()), type);
      for (let at = from; at < to; at += 1) {
        const line = lines?.[at];
        const known = line === undefined ? {} : knownOf(parseLine(fileOfLines, line, at));
        yield { ...known, vector: numbers.subarray((at - from) * dim, (at - from + 1) * dim) };
      }
      options.onProgress?.({ phase: 'reading', done: to, total: count, unit: 'vectors' });
    }
  }
  return { rows: rows(), dim, ...aboutOf(about === undefined ? undefined : await readText(about)) };
}

function headerOf(file: string, prefix: Uint8Array): ReturnType<typeof parseNpyHeader> {
  try {
    return parseNpyHeader(prefix);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw badVectors(file, thrown.message);
  }
}
