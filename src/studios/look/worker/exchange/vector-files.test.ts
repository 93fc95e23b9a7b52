import { unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../../kernel/progress.ts';
import { LookFailure } from '../failure.ts';
import { makeSource } from '../testing/vector-source-kit.ts';
import { exportBulk, exportNpy, exportProjector } from './export-files.ts';
import type { IncomingRow } from './incoming.ts';
import { openVectors } from './open-vectors.ts';
import { exportParquet } from './parquet-write.ts';
import type { VectorSource } from './vector-source.ts';

const SOURCE = makeSource(130, 6);
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const unzip = async (blob: Blob): Promise<Record<string, Uint8Array>> =>
  unzipSync(new Uint8Array(await blob.arrayBuffer()));
const fileOf = (name: string, ...parts: BlobPart[]): File => new File(parts, name);

/** Everything that a file holds. */
async function readAll(
  files: readonly File[],
): Promise<{ rows: IncomingRow[]; name?: string; network?: string }> {
  const opened = await openVectors(files, {});
  const rows: IncomingRow[] = [];
  for await (const row of opened.rows) rows.push(row);
  return { ...opened, rows } as { rows: IncomingRow[]; name?: string; network?: string };
}

/** What must come back, bit by bit. */
const expected = (source: VectorSource): IncomingRow[] =>
  source.pictures.map(({ id, name, hash, bytes, width, height }) => ({
    name,
    hash,
    bytes,
    width,
    height,
    vector: source.vector(id) ?? new Float32Array(0),
  }));

async function refusal(files: readonly File[]): Promise<LookFailure> {
  try {
    await readAll(files);
  } catch (thrown) {
    if (thrown instanceof LookFailure) return thrown;
    throw thrown;
  }
  throw new Error('expected a refusal');
}

describe.each([
  ['.npy and metadata.jsonl', exportNpy],
  ['Parquet', exportParquet],
])('%s', (_name, write) => {
  it('comes back as it was, to the last bit', async () => {
    const { name, blob } = await write(SOURCE);
    const back = await readAll([fileOf(name, blob)]);
    expect(back.rows).toEqual(expected(SOURCE));
    expect([back.name, back.network]).toEqual([SOURCE.name, SOURCE.network]);
  });

  it('comes back when there are more rows than are written at once', async () => {
    const source = makeSource(1_100, 2, 3);
    const { name, blob } = await write(source);
    expect((await readAll([fileOf(name, blob)])).rows).toEqual(expected(source));
  });

  it('tells its progress and stops', async () => {
    const stop = new AbortController();
    const seen: Progress[] = [];
    const writing = write(makeSource(2_000, 2), {
      signal: stop.signal,
      onProgress: (progress) => {
        seen.push(progress);
        if (progress.done > 0) stop.abort();
      },
    });
    await expect(writing).rejects.toThrow(/abort/i);
    expect(seen[0]).toMatchObject({ done: 0, total: 2_000, unit: 'vectors' });
    expect(seen).toHaveLength(2);
  });

  it('refuses to write a collection from which something is deleted meanwhile', async () => {
    await expect(
      write({ ...SOURCE, vector: (id) => (id === 50 ? undefined : SOURCE.vector(id)) }),
    ).rejects.toThrow(/was deleted/);
  });
});

describe('a .npy from elsewhere', () => {
  it('needs no metadata', async () => {
    const zip = await unzip((await exportNpy(SOURCE)).blob);
    const { rows, name } = await readAll([fileOf('mine.npy', new Uint8Array(zip['vectors.npy'] ?? []))]);
    expect(name).toBeUndefined();
    expect(rows.map(({ vector }) => vector)).toEqual(expected(SOURCE).map(({ vector }) => vector));
    expect(rows[0]?.hash).toBeUndefined();
  });

  it('may be in a zip that is compressed', async () => {
    const zip = await unzip((await exportNpy(SOURCE)).blob);
    const packed = zipSync(zip, { level: 6 });
    expect((await readAll([fileOf('packed.zip', new Uint8Array(packed))])).rows).toEqual(expected(SOURCE));
  });

  it.each<[string, (zip: Record<string, Uint8Array>) => Promise<File[]> | File[], RegExp]>([
    [
      'a cut file',
      (zip) => [fileOf('v.npy', new Uint8Array(zip['vectors.npy']!.subarray(0, -1)))],
      /shorter/,
    ],
    ['a file with a tail', (zip) => [fileOf('v.npy', new Uint8Array(zip['vectors.npy']!), 'x')], /longer/],
    [
      'other metadata',
      (zip) => [fileOf('v.npy', new Uint8Array(zip['vectors.npy']!)), fileOf('m.jsonl', '{}\n{}\n')],
      /m\.jsonl.*2 lines.*130 vectors/,
    ],
    [
      'metadata that is no JSON',
      (zip) => [fileOf('v.npy', new Uint8Array(zip['vectors.npy']!)), fileOf('m.jsonl', '?\n'.repeat(130))],
      /line 1 is no JSON/,
    ],
    ['a text', () => [fileOf('v.npy', 'no vectors at all')], /no \.npy and no Parquet/],
    [
      'a zip without vectors',
      () => [fileOf('a.zip', new Uint8Array(zipSync({ 'a.txt': new Uint8Array(3) })))],
      /no \.npy/,
    ],
    ['a cut zip', async () => [fileOf('a.zip', (await exportNpy(SOURCE)).blob.slice(0, 2_000))], /cut off/],
    [
      'a cut Parquet file',
      async () => [fileOf('a.parquet', (await exportParquet(SOURCE)).blob.slice(0, 2_000))],
      /a\.parquet/,
    ],
  ])('is refused with its name: %s', async (_what, make, why) => {
    const { code, message, hint } = await refusal(await make(await unzip((await exportNpy(SOURCE)).blob)));
    expect(code).toBe('bad-vectors');
    expect(message).toMatch(why);
    expect(hint).not.toBe('');
  });
});

describe('TensorBoard’s projector', () => {
  it('gets two files of as many rows, one cell a number', async () => {
    const zip = await unzip((await exportProjector(SOURCE)).blob);
    const vectors = text(zip['vectors.tsv']).trimEnd().split('\n');
    const metadata = text(zip['metadata.tsv']).trimEnd().split('\n');
    expect([vectors.length, metadata.length]).toEqual([130, 131]);
    expect(metadata[0]).toBe('name\tfolder\tid\twidth\theight');
    for (const line of metadata) expect(line.split('\t')).toHaveLength(5);
    expect(metadata[2]).toBe('dir/tab here.jpg\tdir\t4\t640\t480');
    expect(vectors.map((line) => Float32Array.from(line.split('\t'), Number))).toEqual(
      expected(SOURCE).map(({ vector }) => vector),
    );
  });
});

describe('_bulk', () => {
  it('is split, and every part stands for itself', async () => {
    const limit = 4_000;
    const zip = await unzip((await exportBulk(SOURCE, 'opensearch', 'cosine', {}, limit)).blob);
    const parts = Object.keys(zip).filter((name) => name.endsWith('.ndjson'));
    expect(parts).toEqual(parts.map((_, at) => `bulk-${String(at + 1).padStart(4, '0')}.ndjson`));
    expect(parts.length).toBeGreaterThan(5);
    const ids: string[] = [];
    for (const part of parts) {
      expect(zip[part]?.length).toBeLessThanOrEqual(limit);
      const lines = text(zip[part]).split('\n');
      expect(lines.pop()).toBe('');
      lines.forEach((line, at) => {
        const read = JSON.parse(line) as { index?: { _id: string }; embedding?: number[]; id?: number };
        if (at % 2 === 0) ids.push(read.index?._id ?? '');
        else expect(Float32Array.from(read.embedding ?? [])).toEqual(SOURCE.vector(read.id ?? 0));
      });
    }
    expect(ids).toEqual(SOURCE.pictures.map(({ id }) => String(id)));
  });

  it('tells how it is loaded, by names that are in it', async () => {
    const { name, blob } = await exportBulk(SOURCE, 'elasticsearch', 'euclidean');
    const zip = await unzip(blob);
    expect(name).toBe('look-shirts-shoes-elasticsearch.zip');
    const how = text(zip['LOAD.txt']);
    expect(how.match(/^(curl|for) .*/gm)).toHaveLength(2);
    expect(how).toContain('@index.json');
    expect(how).toContain('/look-shirts-shoes/_bulk');
    expect(JSON.parse(text(zip['index.json']))).toMatchObject({
      mappings: { properties: { embedding: { type: 'dense_vector', dims: 6, similarity: 'l2_norm' } } },
    });
  });

  it('refuses vectors that are too long for the engine before anything is written', async () => {
    await expect(exportBulk(makeSource(1, 5_000), 'elasticsearch', 'cosine')).rejects.toMatchObject({
      code: 'bad-vectors',
    });
  });
});
