import type { TaskOptions } from '../../../../platform/rpc.ts';
import { npyHeader } from '../../engine/npy.ts';
import { bulkLines, indexBody, remoteName, type SearchDialect } from '../../engine/opensearch.ts';
import { tsvCell, vectorText } from '../../engine/vector-text.ts';
import { LookFailure } from '../failure.ts';
import type { Metric, PictureInfo } from '../protocol.ts';
import type { ExportedFile } from '../protocol-exchange.ts';
import { slices } from './slices.ts';
import { type VectorSource, vectorOf } from './vector-source.ts';
import { ZipWriter } from './zip-write.ts';

/** Vectors written between two pauses: some 10 ms of work at 1,280 numbers. */
const AT_ONCE = 64;
/** Both engines refuse requests over 100 MB unless they are told otherwise (`http.max_content_length`). */
const MAX_BULK_BYTES = 90 * 10 ** 6;

/** What is known of a picture, one line of `metadata.jsonl`. */
const metadata = ({ id, name, hash, bytes, width, height }: PictureInfo): string =>
  JSON.stringify({ id, name, hash, bytes, width, height });

/** What is known of the collection, so that it can be read back. */
export const aboutCollection = ({ name, network, dim, pictures }: VectorSource): string =>
  JSON.stringify({ name, network, dim, count: pictures.length, writtenBy: 'Atelier Look' });

/** `vectors.npy` [N, dim] float32, `metadata.jsonl` with a line for each of its rows, and `collection.json`. */
export async function exportNpy(source: VectorSource, options?: TaskOptions): Promise<ExportedFile> {
  const zip = new ZipWriter();
  zip.begin('vectors.npy');
  zip.push(npyHeader(source.pictures.length, source.dim));
  for await (const some of slices(source.pictures, AT_ONCE, 'writing', options)) {
    const rows = new Float32Array(some.length * source.dim);
    some.forEach(({ id }, at) => rows.set(vectorOf(source, id), at * source.dim));
    zip.push(new Uint8Array(rows.buffer));
  }
  zip.begin('metadata.jsonl');
  for (const picture of source.pictures) zip.text(`${metadata(picture)}\n`);
  zip.begin('collection.json');
  zip.text(`${aboutCollection(source)}\n`);
  return { name: `${remoteName(source.name)}-npy.zip`, blob: zip.finish() };
}

/** `vectors.tsv` and `metadata.tsv`, which TensorBoard's projector loads side by side. */
export async function exportProjector(source: VectorSource, options?: TaskOptions): Promise<ExportedFile> {
  const zip = new ZipWriter();
  zip.begin('vectors.tsv');
  for await (const some of slices(source.pictures, AT_ONCE, 'writing', options))
    zip.text(some.map(({ id }) => `${vectorText(vectorOf(source, id), '\t')}\n`).join(''));
  zip.begin('metadata.tsv');
  zip.text('name\tfolder\tid\twidth\theight\n');
  for (const { id, name, width, height } of source.pictures) {
    const folder = name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '';
    zip.text(`${tsvCell(name)}\t${tsvCell(folder)}\t${id}\t${width}\t${height}\n`);
  }
  return { name: `${remoteName(source.name)}-projector.zip`, blob: zip.finish() };
}

/** How the files are loaded, in two commands. */
const howToLoad = (
  index: string,
): string => `Two commands, in the folder that this was unpacked in; URL is the server's address.

curl -fsS -X PUT "$URL/${index}" -H 'Content-Type: application/json' --data-binary @index.json
for part in bulk-*.ndjson; do curl -fsS -X POST "$URL/${index}/_bulk?filter_path=errors,items.*.error" -H 'Content-Type: application/x-ndjson' --data-binary "@$part"; done

The second one answers {"errors":false} for each part.
`;

/**
 * The index's body and the documents for `_bulk`, in parts under 90 MB.
 *
 * @param source the collection
 * @param dialect for which engine
 * @param metric the measure that the index is built for
 * @param options `signal`; progress in vectors
 * @param partBytes most bytes of a part; a test takes fewer
 */
export async function exportBulk(
  source: VectorSource,
  dialect: SearchDialect,
  metric: Metric,
  options?: TaskOptions,
  partBytes = MAX_BULK_BYTES,
): Promise<ExportedFile> {
  const index = remoteName(source.name);
  const zip = new ZipWriter();
  zip.begin('index.json');
  zip.text(`${JSON.stringify(bodyOf(dialect, source.dim, metric), undefined, 2)}\n`);
  zip.begin('LOAD.txt');
  zip.text(howToLoad(index));
  let part = 0;
  let room = 0;
  for await (const some of slices(source.pictures, AT_ONCE, 'writing', options))
    for (const picture of some) {
      const lines = new TextEncoder().encode(bulkLines(picture, vectorOf(source, picture.id)));
      if (lines.length > room) {
        part += 1;
        room = partBytes;
        zip.begin(`bulk-${String(part).padStart(4, '0')}.ndjson`);
      }
      room -= lines.length;
      zip.push(lines);
    }
  return { name: `${index}-${dialect}.zip`, blob: zip.finish() };
}

function bodyOf(dialect: SearchDialect, dim: number, metric: Metric): Record<string, unknown> {
  try {
    return indexBody(dialect, dim, metric);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new LookFailure('bad-vectors', `The collection cannot go there: ${thrown.message}.`);
  }
}
