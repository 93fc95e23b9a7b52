/** Where files come from that a person drops or chooses: lists of named files, folders walked to the bottom. */

import { describe } from '../kernel/result.ts';

export interface SourceFile {
  /** Relative path with `/`, e.g. `hats/red.jpg`. */
  readonly name: string;
  readonly file: File;
}

/** Files that systems leave in folders and that nobody means to add. */
export const isHousekeeping = (name: string): boolean => {
  const base = name.slice(name.lastIndexOf('/') + 1);
  return base.startsWith('.') || base === 'Thumbs.db' || base === 'desktop.ini';
};

/** Files of an input element; a folder input gives each file its path. */
export function fromFiles(files: readonly File[]): SourceFile[] {
  return files
    .map((file) => ({ name: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file }))
    .filter(({ name }) => !isHousekeeping(name));
}

/** What was found in a drop or a folder. */
export interface Found {
  readonly files: readonly SourceFile[];
  /** Files and folders that could not be read, with the reason. */
  readonly unreadable: readonly string[];
}

/** How many files of a folder are asked for at once: one by one, thousands would take a minute. */
export const FILES_AT_ONCE = 64;

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    // Browsers answer with at most 100 entries a call; an empty answer is the end.
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) return all;
    all.push(...batch);
  }
}

/**
 * Everything that was dropped, folders walked to the bottom.
 *
 * @param data of the drop event; must be called while the event is being handled
 * @param onCount called with the number found so far
 */
export function fromDrop(data: DataTransfer, onCount: (found: number) => void): Promise<Found> {
  // The list of entries is gone once the event is over: take them before the first wait.
  const entries = [...data.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry): entry is FileSystemEntry => entry !== null);
  if (entries.length === 0) return Promise.resolve({ files: fromFiles([...data.files]), unreadable: [] });
  return collect(entries, onCount);
}

async function collect(
  entries: readonly FileSystemEntry[],
  onCount: (found: number) => void,
): Promise<Found> {
  const files: SourceFile[] = [];
  const unreadable: string[] = [];
  const attempt = async (entry: FileSystemEntry, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      unreadable.push(`${entry.fullPath.slice(1)}: ${describe(thrown)}`);
    }
  };
  const visit = async (all: readonly FileSystemEntry[]): Promise<void> => {
    const wanted = all.filter(({ name }) => !isHousekeeping(name));
    const leaves = wanted.filter((entry) => entry.isFile) as FileSystemFileEntry[];
    for (let from = 0; from < leaves.length; from += FILES_AT_ONCE) {
      const some = leaves.slice(from, from + FILES_AT_ONCE);
      await Promise.all(
        some.map((entry) =>
          attempt(entry, async () => {
            files.push({ name: entry.fullPath.slice(1), file: await fileOf(entry) });
          }),
        ),
      );
      onCount(files.length);
    }
    for (const entry of wanted) {
      if (!entry.isDirectory) continue;
      await attempt(entry, async () => visit(await childrenOf(entry as FileSystemDirectoryEntry)));
    }
  };
  await visit(entries);
  return { files, unreadable };
}
