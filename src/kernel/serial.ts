/** Runs asynchronous work one piece after the other, in the order it was asked for. */
export class Serial {
  #tail: Promise<unknown> = Promise.resolve();

  /**
   * Runs work when everything before it has ended, whether it succeeded or not.
   *
   * @param work what to run
   * @returns what it returned
   */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    // A failure is the caller's to handle; the next in the queue only waits for the end.
    this.#tail = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }
}
