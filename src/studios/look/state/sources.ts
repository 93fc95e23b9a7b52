/** Where pictures come from: chosen files, folders, drops, the clipboard. All end as one list of named files. */

import { describe } from '../../../kernel/result.ts';
import {
  FILES_AT_ONCE,
  isHousekeeping,
  type Found,
  type SourceFile,
} from '../../../platform/dropped-files.ts';

export { fromDrop, fromFiles, type Found, type SourceFile } from '../../../platform/dropped-files.ts';

/** The picture on a clipboard or in a drop, for a search. */
export function firstFile(data: DataTransfer | null): File | undefined {
  return data?.files[0];
}

/** The name of the folder that a drop begins with; undefined when it begins with a file. */
export function firstFolder(data: DataTransfer | null): string | undefined {
  const entry = data?.items[0]?.webkitGetAsEntry();
  return entry?.isDirectory === true ? entry.name : undefined;
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
 * Every file below a folder that the person gave access to, with its path below that folder's name. What cannot be read is
 * named, the rest goes on.
 *
 * @param folder the folder's handle
 * @param onCount called with the number found so far
 */
export async function fromFolder(
  folder: FileSystemDirectoryHandle,
  onCount: (found: number) => void,
): Promise<Found> {
  const files: SourceFile[] = [];
  const unreadable: string[] = [];
  const attempt = async (path: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      unreadable.push(`${path}: ${describe(thrown)}`);
    }
  };
  const read = (child: FileSystemFileHandle, name: string): Promise<void> =>
    attempt(name, async () => {
      files.push({ name, file: await child.getFile() });
    });
  const visit = async (at: FileSystemDirectoryHandle, path: string): Promise<void> => {
    const folders: FileSystemDirectoryHandle[] = [];
    let batch: Promise<void>[] = [];
    const take = async (): Promise<void> => {
      await Promise.all(batch);
      batch = [];
      onCount(files.length);
    };
    for await (const child of at.values()) {
      if (isHousekeeping(child.name)) continue;
      if (child.kind === 'directory') folders.push(child);
      else batch.push(read(child, `${path}/${child.name}`));
      if (batch.length >= FILES_AT_ONCE) await take();
    }
    await take();
    for (const child of folders) {
      const below = `${path}/${child.name}`;
      await attempt(below, () => visit(child, below));
    }
  };
  await visit(folder, folder.name);
  return { files, unreadable };
}

/** What could not be read, in one sentence; empty when all could. */
export function inWords(unreadable: readonly string[]): string {
  const first = unreadable[0];
  if (first === undefined) return '';
  const more = unreadable.length === 1 ? '' : ` and ${unreadable.length - 1} more`;
  return `Could not be read: ${first.slice(0, 200)}${more}`;
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
