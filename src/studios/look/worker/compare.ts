import { precisionAtK } from '../../../kernel/metrics.ts';
import { pause } from '../../../platform/rpc-pause.ts';
import type { TaskOptions } from '../../../platform/rpc.ts';
import { ExactIndex } from '../engine/exact-index.ts';
import type { Neighbour } from '../engine/vector-index.ts';
import { VectorTable } from '../engine/vector-table.ts';
import { attempt, LookFailure } from './failure.ts';
import type { LibraryParts } from './library-session.ts';
import type { OpenCollection } from './open-collections.ts';
import { BESIDE, type CompareApi, type ComparedHit, type PrecisionReport } from './protocol-compare.ts';
import type { PictureInfo } from './protocol.ts';
import { chunkKey, type CollectionRow, toPictureInfo } from './schema.ts';
import type { LookStore } from './store.ts';

/** Figures are told of so many first neighbours. */
const KS = [1, 5, 10] as const;
const MOST_K = 10;
/** Queries at most: of more, some that are spread evenly. */
const MAX_QUERIES = 1_000;

/** One of the two, with what it has alone left out. */
interface Side {
  readonly table: VectorTable;
  readonly index: ExactIndex;
  /** Ids that the other one does not have. */
  readonly alone: readonly number[];
}

/** Pictures of both; `ids` and `others` are the same pictures by either's id. */
interface Pair {
  /** The first collection. */
  readonly open: OpenCollection;
  readonly ids: readonly number[];
  readonly others: readonly number[];
  readonly first: Side;
  readonly second: Side;
  /** Id in the second collection → id in the first. */
  readonly back: ReadonlyMap<number, number>;
}

/** The class of a picture: the folder that it lies in; '' when it lies in none. */
const classOf = ({ name, path = name }: PictureInfo): string => path.split('/').at(-2) ?? '';

function sideOf(table: VectorTable, shared: readonly number[]): Side {
  const known = new Set(shared);
  return {
    table,
    index: new ExactIndex(table, 'cosine'),
    alone: [...table.ids()].filter((id) => !known.has(id)),
  };
}

function pairOf(open: OpenCollection, ids: readonly number[], table: VectorTable, others = ids): Pair {
  return {
    open,
    ids,
    others,
    first: sideOf(open.table, ids),
    second: sideOf(table, others),
    back: new Map(others.map((other, at) => [other, ids[at] ?? 0])),
  };
}

function pairOfTwo(a: OpenCollection, b: OpenCollection): Pair {
  const ids: number[] = [];
  const others: number[] = [];
  for (const id of a.order) {
    const other = b.idByHash.get(a.picture(id).hash);
    if (other === undefined) continue;
    ids.push(id);
    others.push(other);
  }
  return pairOf(a, ids, b.table, others);
}

/** The vectors beside those in use, read from the disk. */
async function besideOf({ row, pictures }: OpenCollection, store: LookStore): Promise<VectorTable> {
  const { id: collection, name, renewal } = row;
  if (renewal === undefined)
    throw new LookFailure(
      'wrong-network',
      `No other network has looked at ${name}.`,
      'Let one look at its pictures first.',
    );
  const table = new VectorTable(renewal.dim);
  for (const ref of renewal.chunks) {
    const { ids = new Uint32Array(), data = new Float32Array() } =
      (await store.db.get('chunks', chunkKey(collection, ref))) ?? {};
    for (const [at, id] of ids.entries())
      if (pictures.has(id)) table.add([id], data.subarray(at * renewal.dim, (at + 1) * renewal.dim));
  }
  return table;
}

/** Changes whenever the vectors beside those in use may be others. */
const versionOf = ({ id, revision, renewal }: CollectionRow): string =>
  [id, revision, renewal?.set, renewal?.chunks.length].join(' ');

/**
 * Compares what two networks see, through the collections in the library.
 *
 * @param need the open store
 */
export function compareApi(need: () => Promise<LibraryParts>): CompareApi {
  let beside: { readonly version: string; readonly table: VectorTable } | undefined;
  const pairWith = async (first: number, second: number): Promise<Pair> => {
    const { open, store } = await need();
    const a = await open.open(first);
    if (second !== BESIDE) return pairOfTwo(a, await open.open(second));
    const version = versionOf(a.row);
    if (beside?.version !== version) beside = { version, table: await besideOf(a, store) };
    const { table } = beside;
    return pairOf(
      a,
      a.order.filter((id) => table.has(id)),
      table,
    );
  };
  const nearest = ({ table, index, alone }: Side, id: number, k: number): Neighbour[] =>
    index.search(table.vector(id)?.slice() ?? new Float32Array(table.dim), k, {
      exclude: new Set([...alone, id]),
    });

  return {
    shared: (first, second) =>
      attempt('comparing collections', async () => {
        const { ids, open } = await pairWith(first, second);
        const classes = new Set(ids.map((id) => classOf(open.picture(id))));
        return { ids, classes: classes.size };
      }),

    neighbours: (first, second, id, k) =>
      attempt('comparing neighbours', async () => {
        const pair = await pairWith(first, second);
        const other = pair.others[pair.ids.indexOf(id)];
        if (other === undefined)
          throw new LookFailure('no-picture', 'This picture is not in both collections any more.');
        const hit = ({ id: found, score }: Neighbour, at: number): ComparedHit => ({
          ...toPictureInfo(pair.open.picture(found)),
          rank: at + 1,
          score,
        });
        return {
          first: nearest(pair.first, id, k).map(hit),
          second: nearest(pair.second, other, k).map((each, at) =>
            hit({ ...each, id: pair.back.get(each.id) ?? 0 }, at),
          ),
        };
      }),

    precision: (first, second, options = {}) =>
      attempt('measuring precision', async () => precision(await pairWith(first, second), nearest, options)),
  };
}

async function precision(
  { open, ids, others, first, second, back }: Pair,
  nearest: (side: Side, id: number, k: number) => Neighbour[],
  { signal, onProgress }: TaskOptions,
): Promise<PrecisionReport> {
  const ofClass = new Map(ids.map((id) => [id, classOf(open.picture(id))]));
  const classes = new Set(ofClass.values());
  if (classes.size < 2 || ids.length <= MOST_K)
    throw new LookFailure(
      'no-picture',
      'P@k needs more than ten pictures that lie in folders by class.',
      'Add a folder whose folders are the classes.',
    );
  const step = Math.max(1, ids.length / MAX_QUERIES);
  const places = Array.from({ length: Math.min(ids.length, MAX_QUERIES) }, (_, at) => Math.floor(at * step));
  const sums = KS.map((k) => ({ k, first: 0, second: 0 }));
  for (const [done, place] of places.entries()) {
    signal?.throwIfAborted();
    const id = ids[place] ?? 0;
    const own = ofClass.get(id);
    const byFirst = nearest(first, id, MOST_K).map((each) => ofClass.get(each.id) === own);
    const bySecond = nearest(second, others[place] ?? 0, MOST_K).map(
      (each) => ofClass.get(back.get(each.id) ?? 0) === own,
    );
    for (const row of sums) {
      row.first += precisionAtK(byFirst, row.k) / places.length;
      row.second += precisionAtK(bySecond, row.k) / places.length;
    }
    onProgress?.({ phase: 'measuring', done: done + 1, total: places.length, unit: 'queries' });
    await pause();
  }
  return { rows: sums, queries: places.length, classes: classes.size };
}
