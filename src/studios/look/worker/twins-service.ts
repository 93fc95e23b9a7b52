import { describe } from '../../../kernel/result.ts';
import { Serial } from '../../../kernel/serial.ts';
import { connect, type Remote, type TaskOptions } from '../../../platform/rpc.ts';
import { PlainComparer, type TwinComparer } from '../engine/twin-compare.ts';
import { attempt, LookFailure } from './failure.ts';
import { FastComparer } from './fast-comparer.ts';
import { PrintMaker } from './print-maker.ts';
import type { ExactCopy, LookResult } from './protocol.ts';
import { twinsCsv, twinsJson } from './twins-list.ts';
import type { LibraryReader, TwinGroupView, TwinsApi, TwinsView } from './twins-protocol.ts';
import { TwinsSession } from './twins-session.ts';

async function loadComparer(dim: number): Promise<TwinComparer> {
  try {
    return await FastComparer.load(dim);
  } catch (cause) {
    console.info('Pictures are compared without SIMD:', describe(cause));
    return new PlainComparer();
  }
}

/** The twins worker's calls; `twins.worker.ts` serves it. One collection at a time: another one takes its place. */
export class TwinsService implements TwinsApi {
  readonly #pause: () => Promise<void>;
  readonly #finding = new Serial();
  #library: Remote<LibraryReader> | undefined;
  #prints: PrintMaker | undefined;
  #session: TwinsSession | undefined;

  /** @param pause lets waiting messages have their turn */
  constructor(pause: () => Promise<void>) {
    this.#pause = pause;
  }

  connectLibrary(port: MessagePort): void {
    this.#library = connect<LibraryReader>(port).api;
  }

  find(collection: number, options: TaskOptions = {}): Promise<LookResult<void>> {
    // One after the other: a second one joins what the first has found.
    return this.#finding.run(() =>
      attempt('finding twins', async () => (await this.#open(collection)).find(options)),
    );
  }

  at(collection: number, threshold: number): Promise<LookResult<TwinsView>> {
    return attempt('grouping twins', () => this.#of(collection).at(threshold));
  }

  groups(offset: number, limit: number): readonly TwinGroupView[] {
    return this.#session?.groups(offset, limit) ?? [];
  }

  spare(): readonly number[] {
    return (this.#session?.groups() ?? []).flatMap(({ members }) => members.slice(1).map(({ id }) => id));
  }

  async copies(collection: number): Promise<LookResult<readonly (ExactCopy & { readonly of: string })[]>> {
    return this.#need().copies(collection);
  }

  list(collection: number, format: 'csv' | 'json'): Promise<LookResult<Blob>> {
    return attempt('writing the list', async () => {
      const session = this.#of(collection);
      const copies = await this.#need().copies(collection);
      const list = {
        ...session.shown,
        groups: session.groups().map(({ members }) => members),
        copies: copies.ok ? copies.value : [],
      };
      return format === 'csv'
        ? new Blob([twinsCsv(list)], { type: 'text/csv' })
        : new Blob([twinsJson(list)], { type: 'application/json' });
    });
  }

  #need(): Remote<LibraryReader> {
    if (this.#library === undefined) throw new Error('the library is not connected');
    return this.#library;
  }

  #of(collection: number): TwinsSession {
    if (this.#session?.collection === collection) return this.#session;
    throw new LookFailure(
      'no-collection',
      'The twins of this collection were not looked for.',
      'Find them first.',
    );
  }

  async #open(collection: number): Promise<TwinsSession> {
    if (this.#session?.collection === collection) return this.#session;
    const library = this.#need();
    const members = await library.members(collection);
    if (!members.ok) throw new LookFailure(members.error.code, members.error.message, members.error.hint);
    this.#prints ??= new PrintMaker();
    const comparer = await loadComparer(members.value.dim);
    this.#session = new TwinsSession(collection, {
      library,
      prints: this.#prints,
      comparer,
      pause: this.#pause,
    });
    return this.#session;
  }
}
