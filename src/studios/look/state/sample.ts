import type { OnProgress } from '../../../kernel/progress.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Remote } from '../../../platform/rpc.ts';
import type { CollectionInfo, LibraryApi, LookError } from '../worker/protocol.ts';
import type { SourceFile } from './sources.ts';

const FOLDER = 'samples/clothing/';
const AT_ONCE = 8;
const NAME = 'Clothes (sample)';

interface SampleIndex {
  readonly pictures: readonly { readonly name: string; readonly bytes: number }[];
}

/**
 * The sample collection's files, fetched from the site; from there on they are files like a person's own.
 *
 * @param onProgress in pictures
 */
export async function fetchSample(onProgress: OnProgress): Promise<Result<readonly SourceFile[], LookError>> {
  try {
    const get = async (path: string): Promise<Response> => {
      const response = await fetch(new URL(FOLDER + path, document.baseURI));
      if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
      return response;
    };
    const { pictures } = (await (await get('index.json')).json()) as SampleIndex;
    const files: SourceFile[] = [];
    const queue = [...pictures.entries()];
    const lane = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [index, { name }] = next;
        const blob = await (await get(name)).blob();
        files[index] = {
          name,
          file: new File([blob], name.slice(name.lastIndexOf('/') + 1), { type: 'image/jpeg' }),
        };
        onProgress({
          phase: 'sample',
          done: pictures.length - queue.length,
          total: pictures.length,
          unit: 'pictures',
        });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    return ok(files);
  } catch (cause) {
    return fail('unreadable', 'The sample pictures could not be fetched.', {
      hint: 'They come with the site and need a connection the first time.',
      retryable: true,
      cause,
    });
  }
}

/**
 * The name of the collection that the sample goes into. A name alone does not make it the sample's: a person's own
 * collection may be called the same, and the sample is not to be mixed with it.
 *
 * @param library the store
 * @param collections all that there are
 * @param files of the sample
 * @returns the name of the collection that holds nothing but the sample's pictures, or one that is free
 */
export async function sampleName(
  library: Remote<LibraryApi>,
  collections: readonly CollectionInfo[],
  files: readonly SourceFile[],
): Promise<string> {
  const own = new Set(files.map(({ name }) => name));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? NAME : `${NAME} (${number})`;
    const known = collections.find((each) => each.name === name);
    if (known === undefined) return name;
    if (known.count > own.size) continue;
    const held = await library.list(known.id, 0, own.size);
    if (held.ok && held.value.every((picture) => own.has(picture.name))) return name;
  }
}
