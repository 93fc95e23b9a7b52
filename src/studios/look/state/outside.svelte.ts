import { ok, type Result } from '../../../kernel/result.ts';
import type { EmbeddedPicture, LookError, PictureInput } from '../worker/protocol.ts';
import type { QueryItem } from './query.ts';
import { isSvg, rasterise } from './svg.ts';

type OutsideItem = Extract<QueryItem, { kind: 'outside' }>;

/** Pictures from outside the collection that were searched by in this visit. */
export class Outside {
  readonly #embed: (picture: PictureInput) => Promise<Result<EmbeddedPicture, LookError>>;
  readonly #known = new Map<string, OutsideItem>();
  #busy = $state('');
  #error = $state.raw<LookError | undefined>();

  /** @param embed picture → embedding, by a worker */
  constructor(embed: (picture: PictureInput) => Promise<Result<EmbeddedPicture, LookError>>) {
    this.#embed = embed;
  }

  get known(): ReadonlyMap<string, OutsideItem> {
    return this.#known;
  }
  /** The name of the picture being looked at, '' at rest. */
  get busy(): string {
    return this.#busy;
  }
  get error(): LookError | undefined {
    return this.#error;
  }

  /**
   * Embeds a picture so that it can be searched by.
   *
   * @param picture a file, or a part of one
   * @returns the query item, or undefined with `error` set
   */
  async add(picture: {
    readonly name: string;
    readonly file: File | Blob;
    readonly part?: PictureInput['part'];
  }): Promise<OutsideItem | undefined> {
    this.#busy = picture.name;
    this.#error = undefined;
    const embedded = await this.#read(picture);
    this.#busy = '';
    if (!embedded.ok) {
      this.#error = embedded.error;
      return undefined;
    }
    const { embedding, thumbnail, thumbnailType, width, height } = embedded.value;
    const item: OutsideItem = {
      kind: 'outside',
      key: `x${this.#known.size + 1}`,
      name: picture.name,
      file: picture.file,
      ...(picture.part === undefined ? {} : { part: picture.part }),
      vector: embedding,
      address: URL.createObjectURL(new Blob([thumbnail], { type: thumbnailType })),
      width,
      height,
    };
    this.#known.set(item.key, item);
    return item;
  }

  close(): void {
    for (const { address } of this.#known.values()) URL.revokeObjectURL(address);
    this.#known.clear();
  }

  async #read({
    name,
    file,
    part,
  }: Parameters<Outside['add']>[0]): Promise<Result<EmbeddedPicture, LookError>> {
    const bitmap = file instanceof File && (await isSvg(file)) ? await rasterise(file) : undefined;
    const answer = await this.#embed({
      name,
      file,
      ...(part === undefined ? {} : { part }),
      ...(bitmap === undefined ? {} : { bitmap }),
    });
    return answer.ok ? ok(answer.value) : answer;
  }
}
