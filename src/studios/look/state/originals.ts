import type { Remote } from '../../../platform/rpc.ts';
import type { LibraryApi, PictureInfo } from '../worker/protocol.ts';
import { fileBelow } from './sources.ts';

/** A picture at full size, or the thumbnail where only that is left. */
export interface FullPicture {
  readonly blob: Blob;
  readonly isOriginal: boolean;
}

/** Where the full pictures are: files given in this visit, the kept folder on disk; else there is the thumbnail. */
export class Originals {
  readonly #library: Remote<LibraryApi>;
  readonly #files = new Map<string, File>();

  constructor(library: Remote<LibraryApi>) {
    this.#library = library;
  }

  /** A file of this visit: browsers hold its address, not its bytes. */
  keep(collection: number, id: number, file: File): void {
    this.#files.set(`${collection}/${id}`, file);
  }

  /** The best that can be had of a picture; undefined when it is gone. */
  async full(collection: number, picture: PictureInfo): Promise<FullPicture | undefined> {
    const original = await this.#original(collection, picture);
    if (original !== undefined) return { blob: original, isOriginal: true };
    const small = await this.thumbnail(collection, picture);
    return small && { blob: small, isOriginal: false };
  }

  /** The thumbnail of a picture; undefined when it is gone. */
  async thumbnail(collection: number, picture: PictureInfo): Promise<Blob | undefined> {
    const answer = await this.#library.thumbnails(collection, [picture.id]);
    const small = answer.ok ? answer.value[0] : undefined;
    return small && new Blob([small.data], { type: small.type });
  }

  async #original(collection: number, picture: PictureInfo): Promise<File | undefined> {
    const given = this.#files.get(`${collection}/${picture.id}`);
    if (given !== undefined && (await isReadable(given))) return given;
    const folder = await this.#library.folder(collection);
    if (folder === undefined || (await folder.queryPermission()) !== 'granted') return undefined;
    const file = await fileBelow(folder, picture.path ?? picture.name);
    return file?.size === picture.bytes ? file : undefined;
  }
}

/** Whether a file given earlier is still on the disk: browsers tell only when it is read. */
async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch (thrown) {
    if (thrown instanceof DOMException) return false;
    throw thrown;
  }
}
