import { deferred } from '../../../kernel/deferred.ts';
import { Serial } from '../../../kernel/serial.ts';
import {
  requestWriterLock,
  type WriterLock,
  type WriterLockOptions,
} from '../../../platform/storage/writer-lock.ts';
import { Collections } from './collections.ts';
import { CommitQueue } from './commit-queue.ts';
import { attempt } from './failure.ts';
import { GraphKeeper } from './graph-keeper.ts';
import { MapStore } from './map-store.ts';
import { MERGE_AT, mergeChunks, smallChunks } from './merge.ts';
import { type OpenCollection, OpenCollections } from './open-collections.ts';
import { Names } from './naming.ts';
import type { LookResult } from './protocol.ts';
import { Renewals } from './renewals.ts';
import { DATABASE_NAME } from './schema.ts';
import { LookStore } from './store.ts';
import { sweepOrphans } from './sweep.ts';
import { Trash } from './trash.ts';

export interface LibraryEnvironment {
  readonly database: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A clock for durations, milliseconds. */
  readonly elapsed: () => number;
  /** A number that no other tab has. */
  readonly token: () => number;
  readonly lock?: WriterLockOptions;
}

export const IN_BROWSER: LibraryEnvironment = {
  database: DATABASE_NAME,
  now: () => Date.now(),
  elapsed: () => performance.now(),
  token: () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
};

/** What an open store consists of. */
export interface LibraryParts {
  readonly store: LookStore;
  readonly open: OpenCollections;
  readonly collections: Collections;
  readonly commits: CommitQueue;
  readonly trash: Trash;
  readonly names: Names;
  readonly maps: MapStore;
  readonly renewals: Renewals;
}

/** From opening the store to closing it: the connection, the writer's lock, and the work behind the calls. */
export class LibrarySession {
  readonly graphs = new GraphKeeper();
  /** Merges, saves, restores and emptying the trash: one at a time. */
  readonly maintenance = new Serial();
  readonly #env: LibraryEnvironment;
  readonly #writer = deferred<LookResult<void>>();
  readonly #merging = new Set<number>();
  #parts: Promise<LibraryParts> | undefined;
  #lock: Promise<WriterLock> | undefined;

  constructor(env: LibraryEnvironment) {
    this.#env = env;
  }

  /**
   * Opens the store and asks for the writer's lock.
   *
   * @returns whether this tab may write
   */
  async open(): Promise<boolean> {
    // A failed attempt is not kept: what was in the way (a tab with an older version, say) may be gone.
    this.#parts ??= this.#make().catch((thrown: unknown) => {
      this.#parts = undefined;
      throw thrown;
    });
    const parts = await this.#parts;
    this.#lock ??= requestWriterLock(`${this.#env.database}-writer`, {
      ...this.#env.lock,
      onChange: (held) => void this.#onLock(parts, held),
    });
    // A lock makes this tab the writer only when its token is in the store.
    if ((await this.#lock).held) await this.#writer.promise;
    return parts.store.isWriter;
  }

  /** Settles when this tab became the writer, or could not although it had the lock. */
  get writer(): Promise<LookResult<void>> {
    return this.#writer.promise;
  }

  async need(): Promise<LibraryParts> {
    if (this.#parts === undefined) throw new Error('the library was not opened');
    return this.#parts;
  }

  async close(): Promise<void> {
    const { store, commits, maps } = await this.need();
    await commits.drain();
    await this.maintenance.run(() => Promise.resolve());
    this.graphs.disconnect('the library was closed');
    (await this.#lock)?.release();
    await maps.close();
    store.close();
  }

  /** Forgets kept graphs and maps of collections that are gone. */
  async sweepGraphs(): Promise<void> {
    const { store, maps } = await this.need();
    if (!store.isWriter) return;
    const keys = await store.db.getAllKeys('collections');
    const trash = await store.db.getAll('trash');
    const deleted = trash.flatMap((one) => (one.kind === 'collections' ? one.rows : []));
    const known = [...keys, ...deleted.map(({ id }) => id)];
    await this.graphs.sweep(known);
    await maps.sweep(known);
  }

  async #make(): Promise<LibraryParts> {
    const store = await LookStore.open(this.#env.database);
    const open = new OpenCollections(store);
    const maps = new MapStore(`${this.#env.database}-maps`);
    return {
      store,
      open,
      collections: new Collections(store, open, this.#env.now),
      names: new Names(store, open, this.#env.elapsed),
      commits: new CommitQueue(store, open, (collection, ids) => {
        this.graphs.added(collection, ids);
        this.#mergeOnTheWay(store, open, collection);
      }),
      maps,
      renewals: new Renewals(store, open, (collection) => {
        this.graphs.end(collection);
        void this.#forgetMap(store, maps, collection);
      }),
      trash: new Trash(store, open, this.#env.now, {
        onRemoved: (collection, ids) => this.graphs.removed(collection, ids),
        onRestored: (collection, ids) => this.graphs.added(collection, ids),
        onGone: (collection) => this.graphs.end(collection),
      }),
    };
  }

  async #onLock({ store, open, trash }: LibraryParts, held: boolean): Promise<void> {
    if (!held) {
      store.resignWriter();
      return;
    }
    const opened = await attempt('opening the store', async () => {
      await store.becomeWriter(this.#env.token());
      // Another tab may have written since this one read.
      open.forgetAll();
      await trash.forgetOld();
    });
    this.#writer.resolve(opened);
    if (opened.ok) void this.#tidy(store);
  }

  /** Nobody waits for it, and what it leaves the next start takes. */
  async #tidy(store: LookStore): Promise<void> {
    const swept = await attempt('tidying the store', () =>
      this.maintenance.run(async () => {
        await sweepOrphans(store);
        await this.sweepGraphs();
      }),
    );
    if (!swept.ok) console.warn('The store was not tidied', swept.error.message);
  }

  /** A map of vectors that are not in use any more; it is a cache, so nobody waits for it. */
  async #forgetMap(store: LookStore, maps: MapStore, collection: number): Promise<void> {
    const forgotten = await attempt('forgetting a map', async () => {
      const others = (await store.db.getAllKeys('collections')).filter((id) => id !== collection);
      await maps.sweep(others);
    });
    if (!forgotten.ok) console.warn('An old map stays for now', forgotten.error.message);
  }

  /** A long run of indexing keeps its manifest short. */
  #mergeOnTheWay(store: LookStore, open: OpenCollections, { row }: OpenCollection): void {
    if (smallChunks(row) < MERGE_AT || this.#merging.has(row.id)) return;
    this.#merging.add(row.id);
    const merging = attempt('tidying the vectors', () =>
      this.maintenance.run(() => mergeChunks(store, open, row.id)),
    );
    void merging.then((merged) => {
      this.#merging.delete(row.id);
      // The vectors are safe in their small chunks; the next commit tries again.
      if (!merged.ok) console.warn('The vectors were not tidied', merged.error.message);
    });
  }
}
