import { openDB } from 'idb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Connection, transfer } from '../../../../platform/rpc.ts';
import type { Library } from '../library.ts';
import type { CollectionInfo } from '../protocol.ts';
import type { ExchangeApi, ExportFormat } from '../protocol-exchange.ts';
import { code, DIM, NETWORK, openLibrary, picture, value } from '../testing/library-kit.ts';

const NAME = 'test-look-import';
const PICTURES = 1_300;
const STORES = ['collections', 'pictures', 'chunks', 'thumbs'] as const;
let library: Library;
let exchange: Connection<ExchangeApi>;
let collection: CollectionInfo;

/** How many rows each store holds. */
async function counts(): Promise<number[]> {
  const database = await openDB(NAME);
  const all = await Promise.all(STORES.map((store) => database.count(store)));
  database.close();
  return all;
}

async function exported(format: ExportFormat): Promise<File> {
  const { name, blob } = value(await exchange.api.exportVectors(collection.id, format, 'cosine'));
  return new File([blob], name);
}

beforeAll(async () => {
  library = await openLibrary(NAME);
  collection = value(await library.createCollection('Shoes', NETWORK, DIM));
  const intake = library.intake();
  await Promise.all(
    Array.from({ length: PICTURES }, async (_, at) => value(await intake.add(collection.id, picture(at)))),
  );
  const { port1, port2 } = new MessageChannel();
  library.connectExchange(transfer(port2, [port2]));
  exchange = connect<ExchangeApi>(port1);
});
afterAll(() => library.close());

describe.each(['npy', 'parquet'] as const)('%s', (format) => {
  it('comes back with the same vectors, names, hashes and thumbnails, under another name', async () => {
    const added = value(await exchange.api.importVectors([await exported(format)]));
    expect(added).toMatchObject({ count: PICTURES, dim: DIM, network: NETWORK });
    expect(added.name).toMatch(/^Shoes .+/);
    const of = async ({ id }: CollectionInfo) => {
      const list = value(await library.list(id, 0, PICTURES));
      const thumbs = value(
        await library.thumbnails(
          id,
          list.map((one) => one.id),
        ),
      );
      const vectors = await Promise.all(
        list.slice(0, 20).map(async (one) => {
          const like = [{ kind: 'picture' as const, id: one.id }];
          const asked = {
            collection: id,
            like,
            unlike: [],
            k: 1,
            metric: 'euclidean',
            engine: 'exact',
          } as const;
          return value(await library.search(asked)).vector;
        }),
      );
      return {
        list: list.map(({ name, hash, bytes, width, height }) => ({ name, hash, bytes, width, height })),
        thumbs: thumbs.map(({ data, type }) => [[...new Uint8Array(data)], type]),
        vectors,
      };
    };
    expect(await of(added)).toEqual(await of(collection));
    await library.settleGraphs(added.id);
    value(await library.deleteCollection(added.id));
    value(await library.forgetDeleted());
  });
});

describe('what cannot be taken in', () => {
  it.each([
    [
      'a vector that is not finite',
      (rows: Float32Array) => (rows[650 * DIM + 1] = Number.NaN),
      /vector 651 .* not finite/,
    ],
    ['nothing wrong but the person’s mind', () => 0, undefined],
  ])('leaves no trace: %s', async (_what, spoil, message) => {
    const file = await exported('npy');
    const bytes = new Uint8Array(await file.arrayBuffer());
    // The entry's name is followed by the .npy's own header of 128 bytes, then the numbers.
    const at = 30 + 'vectors.npy'.length + 128;
    const rows = new Float32Array(bytes.slice(at, at + PICTURES * DIM * 4).buffer);
    spoil(rows);
    bytes.set(new Uint8Array(rows.buffer), at);
    const before = await counts();
    const stop = new AbortController();
    const answer = await exchange.api.importVectors([new File([bytes], 'spoilt.zip')], {
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (message === undefined && done >= 512) stop.abort();
      },
    });
    expect(code(answer)).toBe(message === undefined ? 'cancelled' : 'bad-vectors');
    if (!answer.ok && message !== undefined) expect(answer.error.message).toMatch(message);
    expect(await counts()).toEqual(before);
  });

  it('is refused while another tab writes', async () => {
    const other = await openLibrary(NAME);
    const { port1, port2 } = new MessageChannel();
    other.connectExchange(transfer(port2, [port2]));
    const answer = await connect<ExchangeApi>(port1).api.importVectors([await exported('npy')]);
    expect(code(answer)).toBe('read-only');
    await other.close();
  });
});

describe('an engine that is not connected', () => {
  it('is said to be so, and the search says it too', async () => {
    const like = [{ kind: 'picture' as const, id: 1 }];
    const asked = {
      collection: collection.id,
      like,
      unlike: [],
      k: 3,
      metric: 'cosine',
      engine: 'remote',
    } as const;
    expect(code(await library.search(asked))).toBe('remote-unreachable');
    expect(code(await exchange.api.push(collection.id, 'cosine'))).toBe('remote-unreachable');
    expect(code(await exchange.api.pull('x'))).toBe('remote-unreachable');
  });
});
