import type { TaskOptions } from '../../../../platform/rpc.ts';
import { badVectors } from './bad-vectors.ts';
import { type NamedBlob, readNpy, type ReadVectors } from './npy-read.ts';
import { zipEntries } from './zip-read.ts';

// Byte by byte: what the decoder calls Latin-1 is Windows-1252.
const startsWith = async ({ blob }: NamedBlob, magic: string): Promise<boolean> =>
  String.fromCharCode(...new Uint8Array(await blob.slice(0, magic.length).arrayBuffer())) === magic;
const endsIn = (files: readonly NamedBlob[], ...endings: string[]): NamedBlob | undefined =>
  files.find(({ name }) => endings.some((ending) => name.toLowerCase().endsWith(ending)));

/**
 * Opens files with vectors. A file is told by what is in it; only files of text, by their names.
 *
 * @param given a `.npy` with, if there is one, its `metadata.jsonl`; the zip of both; or a Parquet file
 * @param options `signal`; progress in vectors, while the rows are read
 * @throws LookFailure `bad-vectors`
 */
export async function openVectors(given: readonly File[], options: TaskOptions): Promise<ReadVectors> {
  const files: NamedBlob[] = [];
  for (const file of given) {
    const named = { name: file.name, blob: file };
    if (!(await startsWith(named, 'PK\x03\x04'))) files.push(named);
    else
      for (const entry of await zipEntries(file))
        if (/\.(npy|jsonl|ndjson|json|parquet)$/i.test(entry.name))
          files.push({ name: entry.name, blob: await entry.blob() });
  }
  for (const file of files) {
    if (await startsWith(file, 'PAR1')) return (await import('./parquet-read.ts')).readParquet(file, options);
    if (await startsWith(file, '\x93NUMPY'))
      return readNpy(file, endsIn(files, '.jsonl', '.ndjson'), endsIn(files, 'collection.json'), options);
  }
  throw badVectors(
    given.map(({ name }) => name).join(', '),
    'there is no .npy and no Parquet in it',
    'Choose a .npy with its metadata.jsonl, the zip of both, or a Parquet file.',
  );
}
