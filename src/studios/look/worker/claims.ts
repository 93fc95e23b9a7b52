import { deferred, type Deferred } from '../../../kernel/deferred.ts';

interface Claim {
  readonly owner: number;
  readonly freed: Deferred<void>;
}

/** Who is working on which bytes: a file that comes twice in one batch waits for its twin instead of being embedded too. */
export class Claims {
  readonly #held = new Map<string, Claim>();

  /**
   * Takes a claim.
   *
   * @param key collection and hash
   * @param owner the embed worker
   * @returns undefined when it was free and is the owner's now; else a promise to wait for before asking again
   */
  take(key: string, owner: number): Promise<void> | undefined {
    const other = this.#held.get(key);
    if (other !== undefined) return other.freed.promise;
    this.#held.set(key, { owner, freed: deferred() });
    return undefined;
  }

  /** How many are being worked on. */
  get size(): number {
    return this.#held.size;
  }

  /** The work is done, or was given up. */
  free(key: string): void {
    const claim = this.#held.get(key);
    this.#held.delete(key);
    claim?.freed.resolve();
  }

  /** The worker is dead: what it had is anybody's. */
  freeAllOf(owner: number): void {
    for (const [key, claim] of this.#held) if (claim.owner === owner) this.free(key);
  }
}
