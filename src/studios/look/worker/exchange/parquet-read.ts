import {
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';
import { describe } from '../../../../kernel/result.ts';
import type { TaskOptions } from '../../../../platform/rpc.ts';
import { badVectors } from './bad-vectors.ts';
import type { IncomingRow } from './incoming.ts';
import { aboutOf, knownOf, type NamedBlob, type ReadVectors } from './npy-read.ts';
import { ABOUT_KEY } from './vector-source.ts';

/** A row group is read whole; its numbers are JavaScript numbers for a moment. */
const MAX_GROUP_NUMBERS = 100_000_000;
const KNOWN = ['name', 'hash', 'bytes', 'width', 'height'] as const;
/** What the column with the vectors is called, the likeliest first; else the only list of floats. */
const VECTOR_NAMES = ['embedding', 'embeddings', 'vector', 'vectors', 'values'];

/** The floats at the end of a column's tree. */
function leafType(tree: SchemaTree): string {
  const [child] = tree.children;
  return child === undefined ? (tree.element.type ?? '') : tree.children.length === 1 ? leafType(child) : '';
}

function vectorColumn(file: string, metadata: FileMetaData): string {
  const lists = parquetSchema(metadata).children.filter(
    (column) => column.children.length === 1 && ['FLOAT', 'DOUBLE'].includes(leafType(column)),
  );
  const names = lists.map(({ element }) => element.name);
  const known = VECTOR_NAMES.find((name) => names.includes(name));
  const name = known ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined)
    throw badVectors(
      file,
      names.length === 0
        ? 'none of its columns is a list of floats'
        : `${names.length} of its columns are lists of floats, and none is called embedding`,
    );
  return name;
}

/** Runs what reads a file: whatever it throws is said in words that name the file. */
async function reading<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const why = describe(thrown).replace(/^parquet\s+/i, '');
    throw badVectors(file, /codec|compress/i.test(why) ? `${why}; Snappy and none are known here` : why);
  }
}

/**
 * Opens a Parquet file with a list of floats in each row.
 *
 * @param file the file
 * @param options `signal`; progress in vectors
 */
export async function readParquet(
  { name, blob }: NamedBlob,
  options: TaskOptions = {},
): Promise<ReadVectors> {
  const source = {
    byteLength: blob.size,
    slice: (start: number, end?: number) => blob.slice(start, end).arrayBuffer(),
  };
  const metadata = await reading(name, () => parquetMetadataAsync(source));
  const column = vectorColumn(name, metadata);
  const present = new Set(parquetSchema(metadata).children.map(({ element }) => element.name));
  const columns = [column, ...KNOWN.filter((known) => present.has(known))];
  const total = Number(metadata.num_rows);
  const groups = metadata.row_groups.map(({ num_rows: rows }) => Number(rows));
  const read = (from: number, to: number): Promise<Record<string, unknown>[]> =>
    reading(name, () => parquetReadObjects({ file: source, metadata, columns, rowStart: from, rowEnd: to }));
  const [first] = total === 0 ? [] : await read(0, 1);
  const dim = first === undefined ? 0 : vectorOfCell(name, first[column], 0).length;
  if (dim === 0) throw badVectors(name, 'there is no vector in it');
  if (groups.some((rows) => rows * dim > MAX_GROUP_NUMBERS))
    throw badVectors(
      name,
      'its row groups are too large to be read here',
      'Write it with a smaller row_group_size.',
    );

  async function* rows(): AsyncGenerator<IncomingRow> {
    let from = 0;
    for (const length of groups) {
      options.signal?.throwIfAborted();
      const some = await read(from, from + length);
      for (const [at, record] of some.entries())
        yield { ...knownOf(record), vector: vectorOfCell(name, record[column], from + at) };
      from += length;
      options.onProgress?.({ phase: 'reading', done: from, total, unit: 'vectors' });
    }
  }
  const about = metadata.key_value_metadata?.find(({ key }) => key === ABOUT_KEY)?.value;
  return { rows: rows(), dim, ...aboutOf(about) };
}

function vectorOfCell(file: string, cell: unknown, at: number): Float32Array {
  if (cell instanceof Float32Array) return cell;
  if (cell instanceof Float64Array) return Float32Array.from(cell);
  if (!Array.isArray(cell) || !cell.every((number) => typeof number === 'number'))
    throw badVectors(file, `row ${at + 1} has no vector`);
  return Float32Array.from(cell);
}
