import type { Progress } from '../../../kernel/progress.ts';
import { describe, fail, ok, type Result } from '../../../kernel/result.ts';
import { busy } from '../../../platform/busy.ts';
import { connect, type Connection, type Remote, transfer } from '../../../platform/rpc.ts';
import { sha256Hex } from '../../../platform/storage/sha256.ts';
import type {
  EmbedApi,
  LibraryApi,
  LookError,
  LookResult,
  PictureInfo,
  PictureInput,
} from '../worker/protocol.ts';
import type { RenewalApi, RenewalEnd } from '../worker/protocol-renewal.ts';
import type { EmbedPool } from './embed-pool.ts';
import type { NetworkFiles } from './network.ts';
import type { Originals } from './originals.ts';
import { RateMeter } from './rate.ts';
import type { SourceFile } from './sources.ts';

/** Pictures asked for at once. */
const PAGE = 128;
const TELL_EVERY_MS = 300;

/** Errors after which the next picture would fail too. */
const ENDS_IT: ReadonlySet<string> = new Set([
  'quota',
  'read-only',
  'store-broken',
  'no-collection',
  'wrong-network',
  'bad-weights',
  'cancelled',
]);

interface RenewingParts {
  readonly library: Connection<LibraryApi>;
  readonly originals: Originals;
  /** A network's files and its workers. */
  networkOf(hash: string): Promise<{
    readonly files: Result<NetworkFiles, LookError>;
    readonly pool: Pick<EmbedPool, 'depth' | 'ready' | 'run'>;
  }>;
  /** A file as an embed worker takes it. */
  prepare(source: SourceFile): Promise<Result<PictureInput, LookError>>;
  /** Settles when no pictures are being added to a collection: they come with the old network's vectors. */
  atRest(collection: number): Promise<void>;
  /** The list of the collections has changed; `isFlipped`: other vectors are in use in this one. */
  onChange(collection: number, isFlipped: boolean): Promise<void>;
}

/** What came of it, for people. */
export interface Renewed {
  readonly pictures: number;
  readonly thumbnails: number;
  /** Deleted pictures that cannot come back, because the new network has not seen them. */
  readonly lost: number;
}

/** Another network looks at a collection anew, as the page sees it. One at a time; the old vectors stay in use until its end. */
export class Renewing {
  readonly #parts: RenewingParts;
  #connection: Connection<RenewalApi> | undefined;
  #stop = new AbortController();
  #collection = $state(0);
  #network = $state('');
  #progress = $state.raw<Progress | undefined>();
  #rate = $state.raw<number | undefined>();
  #isBeside = $state(false);
  #error = $state.raw<LookError | undefined>();
  #matching = $state.raw<Progress | undefined>();
  #meter = new RateMeter();
  #isChanging = false;
  #told = 0;
  #done = 0;
  #total = 0;

  constructor(parts: RenewingParts) {
    this.#parts = parts;
  }

  /** The collection that is being looked at; 0 at rest. */
  get collection(): number {
    return this.#collection;
  }
  /** Hash of the network that looks; '' at rest. */
  get network(): string {
    return this.#network;
  }
  /** Whether what it sees stays beside the vectors in use, to be compared with them. */
  get isBeside(): boolean {
    return this.#isBeside;
  }
  /** Pictures looked at; undefined at rest. */
  get progress(): Progress | undefined {
    return this.#progress;
  }
  /** Pictures per second; undefined while it cannot be told. */
  get rate(): number | undefined {
    return this.#rate;
  }
  get secondsLeft(): number | undefined {
    const { progress, rate } = this;
    if (progress === undefined || rate === undefined || rate <= 0) return undefined;
    return (progress.total - progress.done) / rate;
  }
  /** What ended the last one before its end. */
  get error(): LookError | undefined {
    return this.#error;
  }
  /** Files that were given again and compared with the pictures; undefined at rest. */
  get matching(): Progress | undefined {
    return this.#matching;
  }

  /**
   * Lets a network look at every picture of a collection, or at those that it has not seen yet, and then puts what it sees
   * in use.
   *
   * @param collection whose pictures
   * @param network hash of a network that is on this device
   * @param isBeside what it sees is not put in use
   * @returns what came of it; undefined when it was stopped, or with `error` set
   */
  async run(collection: number, network: string, isBeside = false): Promise<Renewed | undefined> {
    if (this.#collection !== 0 || this.#isChanging) return undefined;
    const ended = busy().begin();
    this.#stop = new AbortController();
    this.#collection = collection;
    this.#network = network;
    this.#isBeside = isBeside;
    this.#error = undefined;
    this.#rate = undefined;
    this.#progress = { phase: 'looking', done: 0, total: 0, unit: 'pictures' };
    try {
      const renewed = await this.#look(collection, network);
      if (renewed.ok) return renewed.value;
      if (renewed.error.code !== 'cancelled') this.#error = renewed.error;
      await this.#parts.onChange(collection, false);
      return undefined;
    } finally {
      this.#collection = 0;
      this.#network = '';
      this.#progress = undefined;
      ended();
    }
  }

  /** What was looked at stays, and `run` goes on from there; the old vectors stay in use. */
  stop(): void {
    this.#stop.abort();
  }

  /**
   * Puts the vectors beside those in use into use, and those that are in use beside them.
   *
   * @returns what came of it; undefined when `error` says why not, or while a change of vectors is under way
   */
  async change(collection: number): Promise<RenewalEnd | undefined> {
    if (this.#collection !== 0 || this.#isChanging) return undefined;
    this.#isChanging = true;
    try {
      await this.#parts.atRest(collection);
      const end = await this.#api.finish(collection);
      this.#error = end.ok ? undefined : end.error;
      await this.#parts.onChange(collection, end.ok && end.value.isDone);
      return end.ok ? end.value : undefined;
    } finally {
      this.#isChanging = false;
    }
  }

  /** Forgets the vectors of a collection that are not in use. */
  async giveUp(collection: number): Promise<void> {
    const given = await this.#api.giveUp(collection);
    this.#error = given.ok ? undefined : given.error;
    await this.#parts.onChange(collection, false);
  }

  /**
   * Finds which of some files are pictures of a collection, by their hash, so that a network can look at them at full size.
   *
   * @returns how many pictures have their file now
   */
  async give(collection: number, files: readonly SourceFile[]): Promise<number> {
    const wanted = new Map<number, PictureInfo[]>();
    for (let offset = 0; ; offset += PAGE) {
      const page = await this.#parts.library.api.list(collection, offset, PAGE);
      if (!page.ok || page.value.length === 0) break;
      for (const each of page.value) wanted.set(each.bytes, [...(wanted.get(each.bytes) ?? []), each]);
    }
    let found = 0;
    try {
      for (const [done, { file }] of files.entries()) {
        this.#matching = { phase: 'comparing', done, total: files.length, unit: 'pictures' };
        // A file of another size is none of them, and need not be read.
        const candidates = wanted.get(file.size);
        if (candidates === undefined) continue;
        const hash = await hashOf(file);
        for (const { id } of candidates.filter((each) => each.hash === hash)) {
          this.#parts.originals.keep(collection, id, file);
          found += 1;
        }
      }
    } finally {
      this.#matching = undefined;
    }
    return found;
  }

  close(): void {
    this.stop();
    this.#connection?.close();
  }

  /** The library's part of it; the port is laid when it is first needed. */
  get #api(): Remote<RenewalApi> {
    if (this.#connection === undefined) {
      const { port1, port2 } = new MessageChannel();
      void this.#parts.library.api.connectRenewal(transfer(port2, [port2]));
      this.#connection = connect<RenewalApi>(port1);
    }
    return this.#connection.api;
  }

  get #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #look(collection: number, network: string): Promise<Result<Renewed, LookError>> {
    const { files, pool } = await this.#parts.networkOf(network);
    if (!files.ok) return files;
    const begun = await this.#api.begin(collection, network, files.value.dim, files.value.title);
    if (!begun.ok) return begun;
    this.#done = begun.value.done;
    this.#total = begun.value.total;
    this.#meter = new RateMeter();
    this.#tell(true);
    const started = await pool.ready();
    if (!started.ok) return started;
    let thumbnails = 0;
    for (;;) {
      for (let after = 0; ;) {
        const page = await this.#api.missing(collection, after, PAGE);
        if (!page.ok) return page;
        if (page.value.length === 0) break;
        after = page.value.at(-1)?.id ?? after;
        const looked = await this.#lookAt(collection, page.value, pool);
        if (!looked.ok) return looked;
        thumbnails += looked.value;
        if (this.#isStopped) return fail('cancelled', 'Stopped.');
      }
      if (this.#isBeside) {
        await this.#parts.onChange(collection, false);
        return ok({ pictures: this.#done, thumbnails, lost: 0 });
      }
      await this.#parts.atRest(collection);
      if (this.#isStopped) return fail('cancelled', 'Stopped.');
      const end = await this.#api.finish(collection);
      if (!end.ok) return end;
      if (end.value.isDone) {
        await this.#parts.onChange(collection, true);
        return ok({ pictures: this.#done, thumbnails, lost: end.value.lost });
      }
      // Pictures have come meanwhile.
      this.#total = this.#done + end.value.missing;
    }
  }

  /** Looks at some pictures, as many at once as the pool takes. @returns of how many only the thumbnail was to be had */
  async #lookAt(
    collection: number,
    pictures: readonly PictureInfo[],
    pool: Pick<EmbedPool, 'depth' | 'run'>,
  ): Promise<Result<number, LookError>> {
    let next = 0;
    let thumbnails = 0;
    let failure: LookError | undefined;
    const lane = async (): Promise<void> => {
      for (let picture = pictures[next]; picture !== undefined; picture = pictures[next]) {
        next += 1;
        if (this.#isStopped || failure !== undefined) return;
        const seen = await this.#lookAtOne(collection, picture, pool);
        if (!seen.ok) {
          failure ??= seen.error;
          return;
        }
        if (seen.value) thumbnails += 1;
        this.#done += 1;
        this.#tell(false);
      }
    };
    await Promise.all(Array.from({ length: pool.depth }, lane));
    this.#tell(true);
    return failure === undefined ? ok(thumbnails) : { ok: false, error: failure };
  }

  /** Its file if it can be had and read, else its thumbnail. @returns whether it was the thumbnail */
  async #lookAtOne(
    collection: number,
    picture: PictureInfo,
    pool: Pick<EmbedPool, 'run'>,
  ): Promise<Result<boolean, LookError>> {
    const full = await this.#parts.originals.full(collection, picture);
    if (full?.isOriginal === true) {
      const seen = await this.#send(collection, picture, full.blob, picture.hash, pool);
      if (seen.ok) return ok(false);
      if (ENDS_IT.has(seen.error.code)) return seen;
      console.info(`${picture.name} is looked at by its thumbnail:`, seen.error.message);
    }
    const small = await this.#parts.originals.thumbnail(collection, picture);
    // Deleted meanwhile.
    if (small === undefined) return ok(false);
    const seen = await this.#send(collection, picture, small, undefined, pool);
    if (seen.ok) return ok(true);
    if (seen.error.code === 'no-picture') return ok(false);
    return ENDS_IT.has(seen.error.code)
      ? seen
      : fail(seen.error.code, `${picture.name} cannot be looked at: ${seen.error.message}`, {
          hint: 'Give its file again, or delete the picture, and go on.',
          cause: seen.error,
        });
  }

  async #send(
    collection: number,
    picture: PictureInfo,
    blob: Blob,
    hash: string | undefined,
    pool: Pick<EmbedPool, 'run'>,
  ): Promise<LookResult<void>> {
    const { signal } = this.#stop;
    const { name, id } = picture;
    const file = blob instanceof File ? blob : new File([blob], name, { type: blob.type });
    try {
      const prepared = await this.#parts.prepare({ name, file });
      if (!prepared.ok) return prepared;
      return await pool.run((api: Remote<EmbedApi>) =>
        api.renew(collection, prepared.value, hash === undefined ? { id } : { id, hash }, { signal }),
      );
    } catch (cause) {
      console.error(name, cause);
      return fail('broken-image', `${name} could not be handled: ${describe(cause)}`, { cause });
    }
  }

  #tell(isLast: boolean): void {
    const now = performance.now();
    if (!isLast && now - this.#told < TELL_EVERY_MS) return;
    this.#told = now;
    this.#meter.note(now, this.#done);
    this.#rate = this.#meter.perSecond;
    const total = Math.max(this.#total, this.#done);
    this.#progress = { phase: 'looking', done: this.#done, total, unit: 'pictures' };
  }
}

/** SHA-256 of a file; '' when it cannot be read. */
async function hashOf(file: Blob): Promise<string> {
  try {
    return await sha256Hex(new Uint8Array(await file.arrayBuffer()));
  } catch (thrown) {
    if (thrown instanceof DOMException) return '';
    throw thrown;
  }
}
