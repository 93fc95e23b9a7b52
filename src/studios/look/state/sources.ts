/** Where pictures come from: chosen files, folders, drops, the clipboard. All end as one list of named files. */

export interface SourceFile {
  /** Relative path with `/`, e.g. `hats/red.jpg`. */
  readonly name: string;
  readonly file: File;
}

/** Files that systems leave in folders and that nobody means to add. */
const isHousekeeping = (name: string): boolean => {
  const base = name.slice(name.lastIndexOf('/') + 1);
  return base.startsWith('.') || base === 'Thumbs.db' || base === 'desktop.ini';
};

/** Files of an input element; a folder input gives each file its path. */
export function fromFiles(files: readonly File[]): SourceFile[] {
  return files
    .map((file) => ({ name: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file }))
    .filter(({ name }) => !isHousekeeping(name));
}

/** The picture on a clipboard or in a drop, for a search. */
export function firstFile(data: DataTransfer | null): File | undefined {
  return data?.files[0];
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

async function* childrenOf(folder: FileSystemDirectoryEntry): AsyncGenerator<FileSystemEntry> {
  const reader = folder.createReader();
  for (;;) {
    // Browsers answer with at most 100 entries a call; an empty answer is the end.
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) return;
    yield* batch;
  }
}

async function* walk(entry: FileSystemEntry): AsyncGenerator<SourceFile> {
  if (isHousekeeping(entry.name)) return;
  if (entry.isFile) {
    yield { name: entry.fullPath.replace(/^\//, ''), file: await fileOf(entry as FileSystemFileEntry) };
  } else if (entry.isDirectory) {
    for await (const child of childrenOf(entry as FileSystemDirectoryEntry)) yield* walk(child);
  }
}

/**
 * Everything that was dropped, folders walked to the bottom.
 *
 * @param data of the drop event; must be called while the event is being handled
 * @param onCount called with the number found so far
 */
export function fromDrop(data: DataTransfer, onCount: (found: number) => void): Promise<SourceFile[]> {
  // The list of entries is gone once the event is over: take them before the first wait.
  const entries = [...data.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry): entry is FileSystemEntry => entry !== null);
  const plain = fromFiles([...data.files]);
  return entries.length === 0 ? Promise.resolve(plain) : collect(entries, onCount);
}

async function collect(
  entries: readonly FileSystemEntry[],
  onCount: (found: number) => void,
): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  for (const entry of entries) {
    for await (const source of walk(entry)) {
      found.push(source);
      if (found.length % 100 === 0) onCount(found.length);
    }
  }
  return found;
}

/** Pictures on the clipboard. A screenshot has no name of its own: it gets the time. */
export function fromClipboard(data: DataTransfer | null, now: Date): SourceFile[] {
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-');
  return [...(data?.files ?? [])].map((file, index) => ({
    name: /^image\.\w+$/.test(file.name)
      ? `pasted-${stamp}-${index + 1}.${file.name.split('.')[1] ?? 'png'}`
      : file.name,
    file,
  }));
}

/**
 * Every file below a folder that the person gave access to, with its path below that folder's name.
 *
 * @param folder the folder's handle
 * @param onCount called with the number found so far
 */
export async function fromFolder(
  folder: FileSystemDirectoryHandle,
  onCount: (found: number) => void,
): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  const visit = async (at: FileSystemDirectoryHandle, path: string): Promise<void> => {
    for await (const child of at.values()) {
      const name = `${path}/${child.name}`;
      if (isHousekeeping(name)) continue;
      if (child.kind === 'directory') await visit(child, name);
      else found.push({ name, file: await child.getFile() });
      if (found.length % 100 === 0) onCount(found.length);
    }
  };
  await visit(folder, folder.name);
  return found;
}

/** The file at a path below a kept folder, or undefined when it is not there any more. */
export async function fileBelow(folder: FileSystemDirectoryHandle, path: string): Promise<File | undefined> {
  const steps = path.split('/');
  if (steps[0] === folder.name) steps.shift();
  const name = steps.pop();
  if (name === undefined) return undefined;
  try {
    let at = folder;
    for (const step of steps) at = await at.getDirectoryHandle(step);
    return await (await at.getFileHandle(name)).getFile();
  } catch (thrown) {
    if (thrown instanceof DOMException) return undefined; // not found, or access was taken back
    throw thrown;
  }
}
