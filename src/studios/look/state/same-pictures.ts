import type { Remote } from '../../../platform/rpc.ts';
import type { LibraryApi } from '../worker/protocol.ts';
import type { Originals } from './originals.ts';
import type { SourceFile } from './sources.ts';

const PAGE = 500;

/** The pictures of a collection as files, to be looked at once more. */
export interface SamePictures {
  readonly files: readonly SourceFile[];
  /** How many of them are thumbnails, as their full pictures cannot be had now. */
  readonly thumbnails: number;
}

/**
 * The best that can be had of every picture of a collection: files given in this visit, the kept folder's, thumbnails.
 *
 * @param library the store
 * @param originals where the full pictures are
 * @param collection whose pictures
 * @param onCount called with the number found so far
 */
export async function samePictures(
  library: Pick<Remote<LibraryApi>, 'list'>,
  originals: Pick<Originals, 'full'>,
  collection: number,
  onCount: (found: number) => void,
): Promise<SamePictures> {
  const files: SourceFile[] = [];
  let thumbnails = 0;
  for (let offset = 0; ; offset += PAGE) {
    const page = await library.list(collection, offset, PAGE);
    if (!page.ok || page.value.length === 0) return { files, thumbnails };
    for (const picture of page.value) {
      const full = await originals.full(collection, picture);
      if (full === undefined) continue;
      if (!full.isOriginal) thumbnails += 1;
      files.push({
        name: picture.name,
        file: new File([full.blob], picture.name, { type: full.blob.type }),
      });
    }
    onCount(files.length);
  }
}
