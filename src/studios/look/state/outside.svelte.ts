import type { Result } from '../../../kernel/result.ts';
import type { EmbeddedPicture, LookError, PictureInput } from '../worker/protocol.ts';
import { fetchPicture } from './fetch-picture.ts';
import type { QueryItem } from './query.ts';
import { pictureInput } from './svg.ts';

type OutsideItem = Extract<QueryItem, { kind: 'outside' }>;

/** A file to search by, or a part of one. */
export interface OutsidePicture {
  readonly name: string;
  readonly file: File | Blob;
  readonly part?: NonNullable<PictureInput['part']>;
  /** The picture of the collection whose file it is. */
  readonly of?: number;
}

/** Pictures from outside the collection that were searched by in this visit. */
export class Outside {
  readonly #embed: (picture: PictureInput) => Promise<Result<EmbeddedPicture, LookError>>;
  readonly #network: () => string;
  readonly #known = new Map<string, OutsideItem>();
  #busy = $state('');
  #error = $state.raw<LookError | undefined>();
  #asked = 0;
  #fetching: AbortController | undefined;

  /**
   * @param embed picture → embedding, by a worker
   * @param network hash of the network that does it now
   */
  constructor(
    embed: (picture: PictureInput) => Promise<Result<EmbeddedPicture, LookError>>,
    network: () => string,
  ) {
    this.#embed = embed;
    this.#network = network;
  }

  /** Those that the network of now has looked at: the vectors of another one say nothing here. */
  get known(): ReadonlyMap<string, OutsideItem> {
    const network = this.#network();
    return new Map([...this.#known].filter(([, item]) => item.network === network));
  }
  /** The name of the picture being looked at, '' at rest. */
  get busy(): string {
    return this.#busy;
  }
  get error(): LookError | undefined {
    return this.#error;
  }

  /**
   * Embeds a picture so that it can be searched by. The latest one wins: one that was asked for earlier comes to nothing.
   *
   * @param picture a file, or a part of one
   * @returns the query item; undefined with `error` set, or when something else was asked for meanwhile
   */
  async add(picture: OutsidePicture): Promise<OutsideItem | undefined> {
    this.#asked += 1;
    const request = this.#asked;
    this.#busy = picture.name;
    this.#error = undefined;
    const network = this.#network();
    const embedded = await this.#read(picture);
    if (request !== this.#asked) return undefined;
    this.#busy = '';
    if (!embedded.ok) {
      this.#error = embedded.error;
      return undefined;
    }
    const { embedding, thumbnail, thumbnailType, width, height } = embedded.value;
    const { name, file, part, of } = picture;
    const item: OutsideItem = {
      kind: 'outside',
      // Random, so that an address from before a reload never means a picture of this visit.
      key: `x${crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36) ?? ''}`,
      name,
      file,
      ...(part === undefined ? {} : { part }),
      ...(of === undefined ? {} : { of }),
      vector: embedding,
      network,
      address: URL.createObjectURL(new Blob([thumbnail], { type: thumbnailType })),
      width,
      height,
    };
    this.#known.set(item.key, item);
    return item;
  }

  /**
   * Fetches a picture by its address and embeds it, as `add` does.
   *
   * @param address what the person typed
   */
  async addFrom(address: string): Promise<OutsideItem | undefined> {
    this.forget();
    const request = this.#asked;
    const fetching = new AbortController();
    this.#fetching = fetching;
    this.#busy = address;
    const found = await fetchPicture(address, fetching.signal);
    if (request !== this.#asked) return undefined;
    if (found.ok) return this.add(found.value);
    this.#busy = '';
    this.#error = found.error;
    return undefined;
  }

  /** Something else is being searched for: drops what is under way, and the message of what failed. */
  forget(): void {
    this.#asked += 1;
    this.#fetching?.abort();
    this.#busy = '';
    this.#error = undefined;
  }

  close(): void {
    this.forget();
    for (const { address } of this.#known.values()) URL.revokeObjectURL(address);
    this.#known.clear();
  }

  async #read({ name, file, part }: OutsidePicture): Promise<Result<EmbeddedPicture, LookError>> {
    const input = await pictureInput({ name, file, ...(part === undefined ? {} : { part }) });
    return input.ok ? this.#embed(input.value) : input;
  }
}
