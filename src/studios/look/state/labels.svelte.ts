import type { Progress } from '../../../kernel/progress.ts';
import { download } from './export-files.ts';
import { Exporting } from './exporting.svelte.ts';
import { inFolders, type LabelList, labelsCsv } from './label-files.ts';
import type { Look } from './look.svelte.ts';
import type { NameInfo } from './names.svelte.ts';

/** Takes labels out of the studio: marked pictures, and those that were found above the threshold. */
export class Labels {
  readonly #look: Look;
  readonly #exporting: Exporting;

  constructor(look: Look) {
    this.#look = look;
    this.#exporting = new Exporting(look);
  }

  get progress(): Progress | undefined {
    return this.#exporting.progress;
  }

  /** As a list. @returns what went wrong, in words, or undefined */
  async list(names: readonly NameInfo[]): Promise<string | undefined> {
    const lists = await this.#read(names);
    if (typeof lists === 'string') return lists;
    download(new Blob([labelsCsv(lists)], { type: 'text/csv' }), 'labels.csv');
    return undefined;
  }

  /** As pictures in folders. @returns what the archive holds or what went wrong, in words; undefined when it was stopped */
  async folders(names: readonly NameInfo[]): Promise<string | undefined> {
    const lists = await this.#read(names);
    return typeof lists === 'string' ? lists : this.#exporting.zip(inFolders(lists), 'labels.zip');
  }

  stop(): void {
    this.#exporting.stop();
  }

  async #read(names: readonly NameInfo[]): Promise<readonly LabelList[] | string> {
    const lists: LabelList[] = [];
    for (const { id, name } of names) {
      const labelled = await this.#look.names.labelled(id);
      if (!labelled.ok) return `${labelled.error.message} ${labelled.error.hint}`;
      lists.push({ name, labelled: labelled.value });
    }
    return lists;
  }
}
