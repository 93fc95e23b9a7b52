import type { CancelSignal } from '../../../kernel/cancel.ts';
import { ExactIndex } from '../engine/exact-index.ts';
import type { OpenCollection } from './open-collections.ts';
import type { GraphExam } from './protocol-graph.ts';
import type { Metric } from './protocol.ts';

/** Lets other calls of this worker in between two pieces of long work. */
const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/**
 * Questions about this very collection with their true answers: some of its pictures, spread evenly, each searched by
 * the exact engine. One question at a time, so that searches of the person come in between.
 *
 * @param open the collection; it may change meanwhile
 * @param metric the measure
 * @param questions how many, at most
 * @param k how many answers to each
 * @param signal ends it early by throwing
 * @returns the exam; undefined when the collection has too few pictures to ask anything
 */
export async function makeExam(
  open: OpenCollection,
  metric: Metric,
  questions: number,
  k: number,
  signal?: CancelSignal,
): Promise<GraphExam | undefined> {
  const { order, table, row } = open;
  const answers = Math.min(k, order.length - 1);
  if (answers < 1) return undefined;
  const step = Math.max(1, order.length / questions);
  const ids = Array.from(
    { length: Math.min(questions, order.length) },
    (_, i) => order[Math.floor(i * step)] ?? 0,
  );
  const exact = new ExactIndex(table, metric);
  const asked: { own: number; query: Float32Array; truth: number[] }[] = [];
  for (const own of ids) {
    signal?.throwIfAborted();
    const query = table.vector(own)?.slice();
    if (query === undefined) continue;
    const truth = exact.search(query, answers, { exclude: new Set([own]) }).map(({ id }) => id);
    if (truth.length === answers) asked.push({ own, query, truth });
    await nextTask();
  }
  const queries = new Float32Array(asked.length * row.dim);
  asked.forEach(({ query }, at) => queries.set(query, at * row.dim));
  return {
    queries,
    own: Float64Array.from(asked, ({ own }) => own),
    truth: Uint32Array.from(asked.flatMap(({ truth }) => truth)),
    k: answers,
  };
}
