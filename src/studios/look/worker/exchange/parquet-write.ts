import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { TaskOptions } from '../../../../platform/rpc.ts';
import { remoteName } from '../../engine/opensearch.ts';
import type { PictureInfo } from '../protocol.ts';
import type { ExportedFile } from '../protocol-exchange.ts';
import { BlobBuilder } from './blob-builder.ts';
import { aboutCollection } from './export-files.ts';
import { slices } from './slices.ts';
import { ABOUT_KEY, type VectorSource, vectorOf } from './vector-source.ts';

/** Rows of a row group: 2.6 MB of vectors at 1,280 numbers. */
const GROUP_ROWS = 512;

/** `embedding` is a list of float32 by Parquet's three-level rule, which every reader takes for a list. */
const SCHEMA = [
  { name: 'schema', num_children: 7 },
  { name: 'id', type: 'INT32', repetition_type: 'REQUIRED' },
  { name: 'name', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'hash', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'bytes', type: 'INT64', repetition_type: 'REQUIRED' },
  { name: 'width', type: 'INT32', repetition_type: 'REQUIRED' },
  { name: 'height', type: 'INT32', repetition_type: 'REQUIRED' },
  { name: 'embedding', converted_type: 'LIST', repetition_type: 'REQUIRED', num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
] as const;

/** Columns of one row group. */
const columnsOf = (some: readonly PictureInfo[], source: VectorSource) => [
  { name: 'id', data: some.map(({ id }) => id) },
  { name: 'name', data: some.map(({ name }) => name) },
  { name: 'hash', data: some.map(({ hash }) => hash) },
  { name: 'bytes', data: some.map(({ bytes }) => BigInt(bytes)) },
  { name: 'width', data: some.map(({ width }) => width) },
  { name: 'height', data: some.map(({ height }) => height) },
  {
    name: 'embedding',
    // The writer wants plain arrays. No dictionary, no packing: floats of vectors hardly repeat.
    data: some.map(({ id }) => Array.from(vectorOf(source, id))),
    encoding: 'PLAIN' as const,
    codec: 'UNCOMPRESSED' as const,
    statistics: false,
  },
];

/** One Parquet file, a row for each picture. */
export async function exportParquet(source: VectorSource, options?: TaskOptions): Promise<ExportedFile> {
  const builder = new BlobBuilder();
  const writer = new ByteWriter();
  const drain = (): void => {
    builder.push(writer.getBytes().slice());
    writer.index = 0;
  };
  const parquet = new ParquetWriter({
    writer,
    schema: [...SCHEMA],
    kvMetadata: [{ key: ABOUT_KEY, value: aboutCollection(source) }],
    createdBy: 'Atelier Look',
  });
  for await (const some of slices(source.pictures, GROUP_ROWS, 'writing', options)) {
    await parquet.write({ columnData: columnsOf(some, source), rowGroupSize: GROUP_ROWS });
    drain();
  }
  await parquet.finish();
  drain();
  return {
    name: `${remoteName(source.name)}.parquet`,
    blob: builder.finish('application/vnd.apache.parquet'),
  };
}
