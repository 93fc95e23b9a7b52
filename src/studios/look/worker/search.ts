import { recallAtK } from '../../../kernel/metrics.ts';
import { byNearness, exactScore } from '../engine/distance.ts';
import { ExactIndex } from '../engine/exact-index.ts';
import { queryVector } from '../engine/query.ts';
import { isFiniteVector, type Neighbour } from '../engine/vector-index.ts';
import { LookFailure } from './failure.ts';
import type { OpenCollection } from './open-collections.ts';
import type { Engine, Metric, QueryPart, SearchAnswer, SearchRequest } from './protocol.ts';
import { toPictureInfo } from './schema.ts';

/** Candidates for a query from something faster than a scan; undefined while it cannot answer. */
export interface CandidateSource {
  candidates(
    open: OpenCollection,
    metric: Metric,
    query: Float32Array<ArrayBuffer>,
    k: number,
    exclude: ReadonlySet<number>,
  ): Promise<readonly number[] | undefined>;
}

/** The picture of the collection that a part of the query is, or comes from. */
const pictureOf = (part: QueryPart): readonly number[] =>
  part.kind === 'picture' ? [part.id] : part.of === undefined ? [] : [part.of];

function partVector(open: OpenCollection, part: QueryPart): Float32Array {
  if (part.kind === 'picture') return open.vector(part.id);
  const { vector } = part;
  if (vector.length !== open.row.dim)
    throw new LookFailure(
      'wrong-network',
      `A query of ${vector.length} numbers does not fit ${open.row.name}, whose vectors have ${open.row.dim}.`,
      'Use the network that this collection was made with.',
    );
  if (!isFiniteVector(vector))
    throw new LookFailure('not-finite', 'The query has a number that is not finite.');
  return vector;
}

/**
 * Answers a search. Whatever engine finds the candidates, their figures are computed from the stored vectors in double
 * precision, pictures that are part of the query are left out, and ties are ordered by id.
 *
 * @param open the collection
 * @param request what to search for
 * @param source the graph, if the request wants it
 * @param now a clock in milliseconds
 * @returns the answer, with the engine that gave it
 */
export async function search(
  open: OpenCollection,
  request: SearchRequest,
  source: CandidateSource,
  now: () => number,
): Promise<SearchAnswer> {
  const { like, unlike, k, metric, engine } = request;
  if (like.length === 0) throw new LookFailure('no-picture', 'A search needs a picture.', 'Choose one.');
  if (!Number.isInteger(k) || k < 1) throw new LookFailure('no-picture', `${k} results cannot be found.`);
  const started = now();
  const liked = like.map((part) => partVector(open, part));
  const unliked = unlike.map((part) => partVector(open, part));
  const query = queryVector(metric, liked, unliked);
  // What the network sees depends on the vectors' lengths, which the cosine takes away.
  const vector = metric === 'euclidean' ? query : queryVector('euclidean', liked, unliked);
  const exclude = new Set([...like, ...unlike].flatMap(pictureOf));

  const candidates =
    engine === 'exact' ? undefined : await source.candidates(open, metric, query, k, exclude);
  const answeredAt = now();
  const found =
    candidates === undefined
      ? new ExactIndex(open.table, metric).search(query, k, { exclude })
      : rescored(open, metric, query, candidates, exclude).slice(0, k);
  const hits = found.map(({ id, score }, at) => ({
    ...toPictureInfo(open.picture(id)),
    rank: at + 1,
    score,
  }));
  const answered: Engine = candidates === undefined ? 'exact' : engine;
  const tookMs = (answered === 'remote' ? answeredAt : now()) - started;
  return {
    hits,
    engine: answered,
    tookMs,
    ...(answered === 'remote' ? { beside: beside(open, metric, query, k, found, exclude, now) } : {}),
    vector: vector === query ? query.slice() : vector,
  };
}

/** The remote engine's answer beside the exact one of this tab. */
function beside(
  open: OpenCollection,
  metric: Metric,
  query: Float32Array,
  k: number,
  found: readonly Neighbour[],
  exclude: ReadonlySet<number>,
  now: () => number,
): NonNullable<SearchAnswer['beside']> {
  const started = now();
  const exact = new ExactIndex(open.table, metric).search(query, k, { exclude });
  const exactMs = now() - started;
  const idsOf = (some: readonly Neighbour[]): number[] => some.map(({ id }) => id);
  return { recall: recallAtK(idsOf(found), idsOf(exact)), exactMs };
}

function rescored(
  open: OpenCollection,
  metric: Metric,
  query: Float32Array,
  candidates: readonly number[],
  exclude: ReadonlySet<number>,
): Neighbour[] {
  const found: Neighbour[] = [];
  for (const id of new Set(candidates)) {
    const vector = open.table.vector(id);
    // A picture may have been deleted while the graph was searching.
    if (vector !== undefined && !exclude.has(id))
      found.push({ id, score: exactScore(metric, vector, query) });
  }
  return found.sort(byNearness(metric));
}
