import { pause } from '../../../platform/rpc-pause.ts';
import type { TaskOptions } from '../../../platform/rpc.ts';
import {
  type Classifier,
  classProbability,
  logPartitions,
  readClassifier,
  ROWS,
} from '../engine/classifier.ts';
import { TopK } from '../engine/top-k.ts';
import { LookFailure } from './failure.ts';
import type { OpenCollection } from './open-collections.ts';
import type { ClassAnswer } from './protocol.ts';
import { toPictureInfo } from './schema.ts';

/** Pictures between two pauses: some 30 ms, so that a search by a picture need not wait long. */
const PICTURES_A_TURN = 24;

/** Search by the classes of the network, over the stored embeddings. */
export class ClassSearch {
  readonly #now: () => number;
  #classifier: Classifier | undefined;
  #network = '';
  /** ln Σ exp(logit) by picture: most of the work of a search, and the same for all of them. Ids are never used twice. */
  readonly #partitions = new WeakMap<OpenCollection, Map<number, number>>();

  /** @param now a clock in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * @param network hash of the weights
   * @param weights the bytes of weights.safetensors
   * @throws WeightsError when they have no classifier
   */
  use(network: string, weights: ArrayBuffer): void {
    if (network === this.#network) return;
    this.#classifier = readClassifier(weights);
    this.#network = network;
  }

  /**
   * The pictures that most probably show one of some classes.
   *
   * @param open the collection
   * @param classes ImageNet classes, none twice
   * @param k how many at most
   * @param options `signal`; progress in pictures while they are read the first time
   * @returns the best, by the sum of the probabilities of the classes; ties by id
   */
  async search(
    open: OpenCollection,
    classes: readonly number[],
    k: number,
    options: TaskOptions = {},
  ): Promise<ClassAnswer> {
    const started = this.#now();
    const classifier = this.#classifierOf(open);
    if (!Number.isInteger(k) || k < 1) throw new LookFailure('no-picture', `${k} results cannot be found.`);
    if (classes.length === 0 || classes.some((each) => !(each >= 0 && each < classifier.classes)))
      throw new LookFailure('no-picture', 'The network does not know what was searched for.');
    const partitions = await this.#read(open, classifier, options);
    const best = new TopK(k);
    for (const [at, id] of [...open.table.ids()].entries()) {
      if (at % 1_024 === 1_023) {
        await pause();
        options.signal?.throwIfAborted();
      }
      const vector = open.table.vector(id);
      const partition = partitions.get(id);
      // One that came or went meanwhile does not count.
      if (vector === undefined || partition === undefined) continue;
      best.offer(-classProbability(classifier, classes, vector, partition), id);
    }
    const hits = best
      .sorted((key) => -key)
      .filter(({ id }) => open.pictures.has(id))
      .map(({ id, score }, at) => ({ ...toPictureInfo(open.picture(id)), rank: at + 1, score }));
    return { hits, tookMs: this.#now() - started };
  }

  #classifierOf({ row }: OpenCollection): Classifier {
    if (this.#classifier === undefined || row.network !== this.#network)
      throw new LookFailure(
        'wrong-network',
        `${row.name} was made with a network whose classifier is not at hand.`,
        'Search by a picture, or index the pictures again with the network of this site.',
      );
    return this.#classifier;
  }

  async #read(
    open: OpenCollection,
    classifier: Classifier,
    { signal, onProgress }: TaskOptions,
  ): Promise<ReadonlyMap<number, number>> {
    const known = this.#partitions.get(open) ?? new Map<number, number>();
    this.#partitions.set(open, known);
    const missing = [...open.table.ids()].filter((id) => !known.has(id));
    const logs = new Float64Array(ROWS);
    for (let from = 0; from < missing.length; from += ROWS) {
      if (from > 0 && from % PICTURES_A_TURN === 0) {
        onProgress?.({ phase: 'reading', done: from, total: missing.length, unit: 'pictures' });
        await pause();
        signal?.throwIfAborted();
      }
      const some = missing.slice(from, from + ROWS).flatMap((id) => {
        const vector = open.table.vector(id);
        return vector === undefined ? [] : [{ id, vector }];
      });
      if (some.length === 0) continue;
      logPartitions(
        classifier,
        some.map(({ vector }) => vector),
        logs,
      );
      for (const [at, { id }] of some.entries()) known.set(id, logs[at] ?? 0);
    }
    return known;
  }
}
