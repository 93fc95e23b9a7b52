import { fail, type Result } from '../../../kernel/result.ts';
import type { Connection } from '../../../platform/rpc.ts';
import type { LibraryApi, LookError } from '../worker/protocol.ts';
import { Embedder } from './embedder.svelte.ts';
import { loadNetwork, siteNetworks, type NetworkFiles, type NetworkName } from './network.ts';
import { OwnNetworks, titleOf, type OwnNetwork } from './own-networks.ts';

/** A network brought by a person may be ten times as large as the site's: each worker holds it once. */
const MAX_OWN_LANES = 2;
/** Key of the site's own network among the embedders. */
const SITE = '';

/** The networks of this device: the site's own and those that a person brought, each with its workers once it is needed. */
export class Networks {
  readonly #library: Connection<LibraryApi>;
  readonly #store = new OwnNetworks();
  readonly #embedders = new Map<string, Embedder>();
  readonly #siteKnown: Promise<void>;
  readonly #noted: (hash: string) => string | undefined;
  #own = $state.raw<readonly OwnNetwork[]>([]);
  #site = $state.raw<readonly NetworkName[] | undefined>();

  /**
   * @param library where embeddings go
   * @param noted what a network that is not here was called, as its collections know it
   */
  constructor(library: Connection<LibraryApi>, noted: (hash: string) => string | undefined) {
    this.#library = library;
    this.#noted = noted;
    this.#siteKnown = siteNetworks().then((names) => void (this.#site = names));
  }

  /** Networks that a person brought. */
  get own(): readonly OwnNetwork[] {
    return this.#own;
  }
  /** All networks that a collection can be made with. */
  get names(): readonly NetworkName[] {
    return [...(this.#site ?? []), ...this.#own.map((each) => ({ hash: each.hash, title: titleOf(each) }))];
  }

  /** Looks what is kept. */
  async open(): Promise<void> {
    this.#own = await this.#store.list();
  }

  /** For people. */
  title(hash: string): string {
    const known = this.names.find((each) => each.hash === hash);
    const unknown = this.#site === undefined ? 'Not known yet' : 'Another network';
    return known?.title ?? this.#noted(hash) ?? unknown;
  }

  /** Whether a network is known not to be on this device. */
  isMissing(hash: string): boolean {
    return this.#site !== undefined && !this.names.some((each) => each.hash === hash);
  }

  /**
   * The workers of a network.
   *
   * @param hash of its weights; left out: the site's own
   */
  of(hash: string | undefined): Embedder {
    const own = this.#own.find((each) => each.hash === hash);
    const isSite = hash === undefined || this.#site?.some((each) => each.hash === hash) !== false;
    const key = own === undefined && isSite ? SITE : (hash ?? SITE);
    const known = this.#embedders.get(key);
    if (known !== undefined) return known;
    const made =
      key === SITE
        ? new Embedder(this.#library, loadNetwork, { maxLanes: Infinity, hasLabels: true })
        : new Embedder(
            this.#library,
            () => (own === undefined ? Promise.resolve(missing) : this.#store.files(own)),
            { maxLanes: MAX_OWN_LANES, hasLabels: false },
          );
    this.#embedders.set(key, made);
    return made;
  }

  /**
   * `of`, once it is known which network the site's own is.
   *
   * @param hash of its weights; left out: the site's own
   * @returns its workers, and its files
   */
  async ready(
    hash: string | undefined,
  ): Promise<{ readonly embedder: Embedder; readonly files: Result<NetworkFiles, LookError> }> {
    await this.#siteKnown;
    const embedder = this.of(hash);
    return { embedder, files: await embedder.files() };
  }

  /** Keeps a network that was recognised. @returns whether it will be there on the next visit */
  async keep(...given: Parameters<OwnNetworks['keep']>): Promise<boolean> {
    const { network, kept } = await this.#store.keep(...given);
    // Its collection may have been waiting for it.
    this.#drop(network.hash);
    this.#own = [...this.#own.filter(({ hash }) => hash !== network.hash), network];
    this.of(network.hash);
    return kept;
  }

  async forget(hash: string): Promise<void> {
    await this.#store.remove(hash);
    this.#drop(hash);
    this.#own = this.#own.filter((each) => each.hash !== hash);
  }

  /** Ends the workers of all networks but these. */
  rest(...used: readonly (string | undefined)[]): void {
    const kept = new Set(used.map((hash) => this.of(hash)));
    for (const [key, embedder] of this.#embedders) if (!kept.has(embedder)) this.#drop(key);
  }

  close(): void {
    for (const key of [...this.#embedders.keys()]) this.#drop(key);
  }

  #drop(key: string): void {
    this.#embedders.get(key)?.close();
    this.#embedders.delete(key);
  }
}

const missing = fail('wrong-network', 'The network of this collection is not on this device.', {
  hint: 'Choose “Bring your own” under Network and give its file; searching works without it.',
  retryable: true,
});
