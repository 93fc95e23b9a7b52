import { deleteDB } from 'idb';
import { afterEach, describe, expect, it } from 'vitest';
import { mulberry32, normal } from '../../../kernel/rng.ts';
import { openDatabase } from '../../../platform/storage/database.ts';
import version1 from './fixtures/store-v1.json';
import { MIGRATIONS } from './migrations.ts';
import { dumpDatabase } from './testing/dump.ts';

const NAME = 'test-look-migrations';
const DIM = 8;

/** What version 1 stored: two collections, a gap where a picture was deleted, one picture stored twice. */
async function writeVersion1(): Promise<void> {
  const database = await openDatabase({ name: NAME, migrations: MIGRATIONS.slice(0, 1) });
  const rng = mulberry32(1);
  const sizes = [24, 6];
  for (const [index, size] of sizes.entries()) {
    const collection = index + 1;
    const names = [`Holiday ${collection}`, `DSC_`];
    await database.put('collections', {
      id: collection,
      name: names[0],
      network: 'a'.repeat(64),
      dim: DIM,
      nextId: size + 1,
      count: size - 1,
      createdAt: 1_700_000_000_000 + index,
    });
    for (let id = 1; id <= size; id += 1) {
      if (id === 3) continue;
      // Ids 4 and 5 have the same bytes: version 1 had nothing that forbade it.
      const content = collection * 1000 + (id === 5 ? 4 : id);
      await database.put('pictures', {
        collection,
        id,
        name: `${names[1] ?? ''}${id}.jpg`,
        hash: content.toString(16).padStart(64, '0'),
        bytes: 1000 + id,
        width: 400,
        height: 300,
      });
      const vector = Float32Array.from({ length: DIM }, () => normal(rng));
      await database.put('vectors', vector, [collection, id]);
      const data = Uint8Array.from({ length: 16 + id }, () => Math.floor(rng() * 256)).buffer;
      await database.put('thumbs', { data, type: 'image/webp' }, [collection, id]);
    }
  }
  database.close();
}

describe('the store of Look, older versions', () => {
  afterEach(() => deleteDB(NAME));

  it('version 1 still writes what is committed', async () => {
    await writeVersion1();
    expect(await dumpDatabase(NAME)).toEqual(version1);
  });
});
