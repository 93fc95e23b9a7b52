import { precisionAtK } from '../../../kernel/metrics.ts';
import { pause } from '../../../platform/rpc-pause.ts';
import type { TaskOptions } from '../../../platform/rpc.ts';
import { ExactIndex } from '../engine/exact-index.ts';
import type { Neighbour } from '../engine/vector-index.ts';
import { attempt, LookFailure } from './failure.ts';
import type { LibraryParts } from './library-session.ts';
import type { OpenCollection } from './open-collections.ts';
import type { CompareApi, ComparedHit, PrecisionReport } from './protocol-compare.ts';
import type { PictureInfo } from './protocol.ts';
import { toPictureInfo } from './schema.ts';

/** Figures are told of so many first neighbours. */
const KS = [1, 5, 10] as const;
const MOST_K = 10;
/** Queries at most: of more, some that are spread evenly. */
const MAX_QUERIES = 1_000;

/** One of the two, with what it has alone left out. */
interface Side {
  readonly open: OpenCollection;
  readonly index: ExactIndex;
  /** Ids that the other one does not have. */
  readonly alone: readonly number[];
}

/** Pictures of both; `ids` and `others` are the same pictures by either's id. */
interface Pair {
  readonly ids: readonly number[];
  readonly others: readonly number[];
  readonly first: Side;
  readonly second: Side;
  /** Id in the second collection → id in the first. */
  readonly back: ReadonlyMap<number, number>;
}

/** The class of a picture: the folder that it lies in; '' when it lies in none. */
const classOf = ({ name, path = name }: PictureInfo): string => path.split('/').at(-2) ?? '';

const sideOf = (open: OpenCollection, shared: ReadonlySet<number>): Side => ({
  open,
  index: new ExactIndex(open.table, 'cosine'),
  alone: open.order.filter((id) => !shared.has(id)),
});

/**
 * Compares what two networks see, through the collections in the library.
 *
 * @param need the open store
 */
export function compareApi(need: () => Promise<LibraryParts>): CompareApi {
  const pairOf = async (first: number, second: number): Promise<Pair> => {
    const { open } = await need();
    const [a, b] = [await open.open(first), await open.open(second)];
    const ids: number[] = [];
    const others: number[] = [];
    for (const id of a.order) {
      const other = b.idByHash.get(a.picture(id).hash);
      if (other === undefined) continue;
      ids.push(id);
      others.push(other);
    }
    return {
      ids,
      others,
      first: sideOf(a, new Set(ids)),
      second: sideOf(b, new Set(others)),
      back: new Map(others.map((other, at) => [other, ids[at] ?? 0])),
    };
  };
  const nearest = ({ open, index, alone }: Side, id: number, k: number): Neighbour[] =>
    index.search(open.vector(id).slice(), k, { exclude: new Set([...alone, id]) });

  return {
    shared: (first, second) =>
      attempt('comparing collections', async () => {
        const { ids, first: side } = await pairOf(first, second);
        const classes = new Set(ids.map((id) => classOf(side.open.picture(id))));
        return { ids, classes: classes.size };
      }),

    neighbours: (first, second, id, k) =>
      attempt('comparing neighbours', async () => {
        const pair = await pairOf(first, second);
        const other = pair.others[pair.ids.indexOf(id)];
        if (other === undefined)
          throw new LookFailure('no-picture', 'This picture is not in both collections any more.');
        const hit = ({ id: found, score }: Neighbour, at: number): ComparedHit => ({
          ...toPictureInfo(pair.first.open.picture(found)),
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
      attempt('measuring precision', async () => precision(await pairOf(first, second), nearest, options)),
  };
}

async function precision(
  { ids, others, first, second, back }: Pair,
  nearest: (side: Side, id: number, k: number) => Neighbour[],
  { signal, onProgress }: TaskOptions,
): Promise<PrecisionReport> {
  const ofClass = new Map(ids.map((id) => [id, classOf(first.open.picture(id))]));
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
