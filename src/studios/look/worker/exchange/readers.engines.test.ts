import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSource } from '../testing/vector-source-kit.ts';
import { exportNpy, exportProjector } from './export-files.ts';
import type { IncomingRow } from './incoming.ts';
import { openVectors } from './open-vectors.ts';
import { exportParquet } from './parquet-write.ts';
import { readFileSync } from 'node:fs';

const PYTHON = process.env.ATELIER_PYTHON ?? 'python3';
const SOURCE = makeSource(1_300, 33);
const FLOATS = SOURCE.pictures.flatMap(({ id }) => Array.from(SOURCE.vector(id) ?? []));
let dir = '';

/** Runs Python in the folder with the files; what it prints is JSON. */
function python(code: string): unknown {
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', code], {
    cwd: dir,
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const lacks = ['numpy', 'pyarrow'].filter(
  (module) => spawnSync(PYTHON, ['-c', `import ${module}`]).status !== 0,
);
if (lacks.length > 0)
  console.warn(
    `SKIPPED: ${PYTHON} lacks ${lacks.join(' and ')}, so no other program reads the files: pip install ${lacks.join(' ')}`,
  );

async function readAll(path: string): Promise<IncomingRow[]> {
  const { rows } = await openVectors([new File([readFileSync(join(dir, path))], path)], {});
  const all: IncomingRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'atelier-files-'));
  for (const { blob } of [await exportNpy(SOURCE), await exportProjector(SOURCE)])
    for (const [name, bytes] of Object.entries(unzipSync(new Uint8Array(await blob.arrayBuffer()))))
      writeFileSync(join(dir, name), bytes);
  writeFileSync(
    join(dir, 'x.parquet'),
    new Uint8Array(await (await exportParquet(SOURCE)).blob.arrayBuffer()),
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(lacks.length > 0)('other programs', () => {
  it('numpy reads the .npy, even mapped from the disk, and each row has its line', () => {
    const read = python(`
import json, numpy as np
v = np.load('vectors.npy', mmap_mode='r')
lines = [json.loads(l) for l in open('metadata.jsonl', encoding='utf-8')]
print(json.dumps([list(v.shape), str(v.dtype), v.flags['C_CONTIGUOUS'], v.astype(float).ravel().tolist(), [l['name'] for l in lines]]))`);
    expect(read).toEqual([[1_300, 33], 'float32', true, FLOATS, SOURCE.pictures.map(({ name }) => name)]);
  });

  it('numpy reads the projector’s vectors', () => {
    const read = python(`
import json, numpy as np
v = np.loadtxt('vectors.tsv', delimiter='\\t', dtype=np.float32)
print(json.dumps([list(v.shape), v.astype(float).ravel().tolist(), sum(1 for _ in open('metadata.tsv', encoding='utf-8'))]))`);
    expect(read).toEqual([[1_300, 33], FLOATS, 1_301]);
  });

  it('pyarrow reads the Parquet file: types, values and what is known of the collection', () => {
    const read = python(`
import json, pyarrow.parquet as pq
t = pq.read_table('x.parquet')
about = json.loads(pq.read_metadata('x.parquet').metadata[b'atelier'])
print(json.dumps([{f.name: str(f.type) for f in t.schema}, t.column('name').to_pylist(), t.column('bytes').to_pylist(),
  [x for row in t.column('embedding').to_pylist() for x in row], about['network'], about['count']]))`) as unknown[];
    const [types, ...rest] = read as [Record<string, string>, ...unknown[]];
    expect(types).toMatchObject({ id: 'int32', name: 'string', bytes: 'int64', width: 'int32' });
    expect(types.embedding).toMatch(/^list<\w+: float( not null)?>$/);
    expect(rest).toEqual([
      SOURCE.pictures.map(({ name }) => name),
      SOURCE.pictures.map(({ bytes }) => bytes),
      FLOATS,
      SOURCE.network,
      1_300,
    ]);
  });

  it('what numpy writes is read here, in every width of float', async () => {
    python(`
import json, numpy as np
v = np.load('vectors.npy')
for t in ('f2', 'f4', 'f8'):
    np.save(t + '.npy', v.astype('<' + t))
np.save('half.npy', v.astype('<f2').astype('<f4'))
np.save('fortran.npy', np.asfortranarray(v))
print('0')`);
    const [half, single, double] = await Promise.all(
      ['f2', 'f4', 'f8'].map((type) => readAll(`${type}.npy`)),
    );
    const flat = (rows: IncomingRow[] | undefined): number[] =>
      (rows ?? []).flatMap(({ vector }) => Array.from(vector));
    expect(flat(single)).toEqual(FLOATS);
    expect(flat(double)).toEqual(FLOATS);
    expect(flat(half)).toEqual(flat(await readAll('half.npy')));
    await expect(readAll('fortran.npy')).rejects.toThrow(/Fortran/);
  });

  it('what pyarrow writes is read here: with and without compression, lists of fixed length, one large group', async () => {
    python(`
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
v = np.load('vectors.npy')
names = pa.array(['n%d' % i for i in range(len(v))])
plain = pa.table({'name': names, 'embedding': pa.array(list(v), pa.list_(pa.float32()))})
fixed = pa.table({'name': names, 'vector': pa.FixedSizeListArray.from_arrays(pa.array(v.ravel()), v.shape[1])})
pq.write_table(plain, 'snappy.parquet')
pq.write_table(plain, 'none.parquet', compression='none', row_group_size=100, data_page_version='2.0')
pq.write_table(fixed, 'fixed.parquet', use_dictionary=False)
pq.write_table(plain, 'zstd.parquet', compression='zstd')
print('0')`);
    for (const file of ['snappy', 'none', 'fixed']) {
      const rows = await readAll(`${file}.parquet`);
      expect(rows.flatMap(({ vector }) => Array.from(vector))).toEqual(FLOATS);
      expect(rows.at(-1)?.name).toBe('n1299');
    }
    await expect(readAll('zstd.parquet')).rejects.toThrow(/zstd\.parquet.*ZSTD.*Snappy/i);
  });
});
