import type { Progress } from '../../../kernel/progress.ts';
import { describe } from '../../../kernel/result.ts';
import { download, toCsv, toZip, type Listed } from './export-files.ts';
import type { Look } from './look.svelte.ts';

export type { Listed } from './export-files.ts';

const counted = (count: number, what: string): string => `${count} ${count === 1 ? what : `${what}s`}`;

/** What an archive holds. */
function inWords(packed: { originals: number; thumbnails: number; missing: number }): string {
  const { originals, thumbnails, missing } = packed;
  const held = [
    originals > 0 ? counted(originals, 'original') : '',
    thumbnails > 0 ? `${counted(thumbnails, 'thumbnail')}, for the originals are not at hand` : '',
    missing > 0 ? `not ${counted(missing, 'picture')} deleted meanwhile` : '',
  ];
  return `The zip holds ${held.filter((part) => part !== '').join(' and ')}.`;
}

/** What can be taken out of a list of pictures: the list, the names, the pictures. */
export class Exporting {
  readonly #look: Look;
  #progress = $state.raw<Progress | undefined>();
  #stop = new AbortController();

  constructor(look: Look) {
    this.#look = look;
  }

  get progress(): Progress | undefined {
    return this.#progress;
  }

  list(pictures: readonly Listed[], scoreName: string): void {
    download(new Blob([toCsv(pictures, scoreName)], { type: 'text/csv' }), 'pictures.csv');
  }

  /** Whether names can be copied: browsers have no clipboard on insecure origins, which the DOM's types do not say. */
  readonly canCopy = 'clipboard' in navigator;

  /** @returns what went wrong, in words, or undefined */
  async copyNames(pictures: readonly Listed[]): Promise<string | undefined> {
    try {
      await navigator.clipboard.writeText(pictures.map(({ name }) => name).join('\n'));
      return undefined;
    } catch (thrown) {
      if (!(thrown instanceof DOMException)) throw thrown;
      return 'The browser did not let the names into the clipboard. Save the list instead.';
    }
  }

  /** @returns what the archive holds, in words; undefined when it was stopped */
  async zip(pictures: readonly Listed[], fileName = 'pictures.zip'): Promise<string | undefined> {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    try {
      const packed = await toZip(pictures, (picture) => this.#look.fullPicture(picture), {
        signal,
        onProgress: (progress) => (this.#progress = progress),
      });
      download(packed.blob, fileName);
      return inWords(packed);
    } catch (thrown) {
      if (signal.aborted) return undefined;
      return `The zip could not be made: ${describe(thrown)}`;
    } finally {
      this.#progress = undefined;
    }
  }

  stop(): void {
    this.#stop.abort();
  }
}
