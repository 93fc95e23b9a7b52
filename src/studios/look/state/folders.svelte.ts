import { describe } from '../../../kernel/result.ts';
import type { Remote } from '../../../platform/rpc.ts';
import type { LibraryApi } from '../worker/protocol.ts';
import { fromFolder, inWords, type SourceFile } from './sources.ts';

/** Whether this browser can keep a link to a folder over visits. */
export const canKeepFolders = (): boolean => 'showDirectoryPicker' in window;

/** The kept folder of the open collection: full pictures come from it, and it can be scanned again. */
export class Folders {
  readonly #library: Remote<LibraryApi>;
  readonly #add: (files: readonly SourceFile[], into: number) => Promise<number | undefined>;
  #collection = 0;
  #current = $state.raw<FileSystemDirectoryHandle | undefined>();
  #found = $state(0);
  #problem = $state('');
  #gone = $state.raw<readonly number[]>([]);

  /**
   * @param library the store, which keeps the handle
   * @param add adds files to a collection, with 0 to a first one, and answers its id
   */
  constructor(
    library: Remote<LibraryApi>,
    add: (files: readonly SourceFile[], into: number) => Promise<number | undefined>,
  ) {
    this.#library = library;
    this.#add = add;
  }

  get current(): FileSystemDirectoryHandle | undefined {
    return this.#current;
  }
  /** Files found so far by a scan; 0 at rest. */
  get found(): number {
    return this.#found;
  }
  get problem(): string {
    return this.#problem;
  }
  /** Ids of pictures whose files the last rescan did not find. */
  get gone(): readonly number[] {
    return this.#gone;
  }

  async show(collection: number): Promise<void> {
    this.#collection = collection;
    this.#gone = [];
    this.#problem = '';
    const folder = collection === 0 ? undefined : await this.#library.folder(collection);
    if (collection === this.#collection) this.#current = folder;
  }

  /** Lets the person choose a folder, adds what is in it and keeps the link. */
  async choose(): Promise<void> {
    try {
      const folder = await window.showDirectoryPicker({ id: 'look', mode: 'read' });
      const into = this.#collection;
      const files = await this.#scan(folder);
      if (files.length === 0) this.#problem ||= `There are no files in “${folder.name}”.`;
      const collection = await this.#add(files, into);
      if (collection === undefined) return;
      const kept = await this.#library.keepFolder(collection, folder);
      if (collection !== this.#collection) return;
      if (kept.ok) this.#current = folder;
      else this.#problem = kept.error.message;
    } catch (thrown) {
      if (thrown instanceof DOMException && thrown.name === 'AbortError') return; // the person closed the chooser
      this.#problem = describe(thrown);
    }
  }

  /**
   * Asks for access to the kept folder, where it was not given in this visit yet. Must follow from a click.
   *
   * @returns whether its files can be read now
   */
  async allow(): Promise<boolean> {
    const folder = this.#current;
    if (folder === undefined) return false;
    if ((await folder.queryPermission()) === 'granted') return true;
    return (await folder.requestPermission()) === 'granted';
  }

  /** Adds what is in the folder and not in the collection; stored files are recognised by their bytes. */
  async goOn(): Promise<void> {
    const into = this.#collection;
    const files = await this.#read();
    if (files !== undefined) await this.#add(files, into);
  }

  /** Adds what is new in the folder and lists the pictures whose files are gone. */
  async rescan(): Promise<void> {
    const into = this.#collection;
    const root = this.#current?.name;
    const files = await this.#read();
    // In another collection meanwhile: what is missing there is another question.
    if (files === undefined || root === undefined || into !== this.#collection) return;
    const present = new Set(files.map(({ name }) => name));
    const known = new Set<string>();
    const gone: number[] = [];
    const PAGE = 1000;
    for (let offset = 0; ; offset += PAGE) {
      const page = await this.#library.list(into, offset, PAGE);
      if (!page.ok || page.value.length === 0) break;
      for (const { id, name, path = name } of page.value) {
        known.add(path);
        if (path.startsWith(`${root}/`) && !present.has(path)) gone.push(id);
      }
    }
    if (into === this.#collection) this.#gone = gone;
    await this.#add(
      files.filter(({ name }) => !known.has(name)),
      into,
    );
  }

  /**
   * Whether a picture whose file was just found is one that the rescan missed: then it was moved or renamed, and is not gone.
   *
   * @param id of the picture
   */
  hasMoved(id: number): boolean {
    const isMissed = this.#gone.includes(id);
    if (isMissed) this.#gone = this.#gone.filter((each) => each !== id);
    return isMissed;
  }

  forgetGone(): void {
    this.#gone = [];
  }

  async #read(): Promise<readonly SourceFile[] | undefined> {
    const folder = this.#current;
    if (folder === undefined) return undefined;
    this.#problem = '';
    if (!(await this.allow())) {
      this.#problem = `Access to “${folder.name}” was not given.`;
      return undefined;
    }
    try {
      return await this.#scan(folder);
    } catch (thrown) {
      this.#problem = `“${folder.name}” could not be read: ${describe(thrown)}`;
      return undefined;
    }
  }

  async #scan(folder: FileSystemDirectoryHandle): Promise<readonly SourceFile[]> {
    this.#found = 1;
    try {
      const { files, unreadable } = await fromFolder(folder, (found) => (this.#found = found));
      this.#problem = inWords(unreadable);
      return files;
    } finally {
      this.#found = 0;
    }
  }
}
