import { describe } from '../../../kernel/result.ts';
import { deferred, type Deferred } from '../../../kernel/deferred.ts';

interface Waiting {
  readonly input: Float32Array;
  readonly answer: Deferred<Float32Array<ArrayBuffer>>;
}

/** More at once gain nothing: their maps leave the cache. */
const MOST = 2;

/**
 * Gathers pictures for the network, two a pass: what each layer costs besides its arithmetic is paid once for all of
 * them, and with a worker on every core the weights are read once too. Two are worth a pass; one that nobody else is on the
 * way to join goes alone.
 */
export class Batches {
  readonly #pass: (inputs: readonly Float32Array[]) => Promise<Float32Array<ArrayBuffer>[]>;
  readonly #waiting: Waiting[] = [];
  #coming = 0;
  #isRunning = false;

  /** @param pass one run of the network: one or two inputs → as many embeddings */
  constructor(pass: (inputs: readonly Float32Array[]) => Promise<Float32Array<ArrayBuffer>[]>) {
    this.#pass = pass;
  }

  /**
   * Says that a picture is on the way: one that waits may wait for it.
   *
   * @param work ends in `embed` or without it
   * @returns what it returned
   */
  async expect<T>(work: (embed: (input: Float32Array) => Promise<Float32Array<ArrayBuffer>>) => Promise<T>) {
    this.#coming += 1;
    let isComing = true;
    const arrive = (): void => {
      if (isComing) this.#coming -= 1;
      isComing = false;
      void this.#next();
    };
    try {
      return await work((input) => {
        const answer = deferred<Float32Array<ArrayBuffer>>();
        this.#waiting.push({ input, answer });
        arrive();
        return answer.promise;
      });
    } finally {
      arrive();
    }
  }

  async #next(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#waiting.length >= 2 || (this.#waiting.length === 1 && this.#coming === 0)) {
      const batch = this.#waiting.splice(0, MOST);
      try {
        const embeddings = await this.#pass(batch.map(({ input }) => input));
        batch.forEach(({ answer }, at) => answer.resolve(embeddings[at] ?? new Float32Array()));
      } catch (thrown) {
        const reason = thrown instanceof Error ? thrown : new Error(describe(thrown));
        for (const { answer } of batch) answer.reject(reason);
      }
    }
    this.#isRunning = false;
  }
}
