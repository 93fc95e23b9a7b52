import { describe, expect, it } from 'vitest';
import { fromFolder, inWords } from './sources.ts';

const file = (name: string): FileSystemFileHandle =>
  ({ kind: 'file', name, getFile: () => Promise.resolve(new File([name], name)) }) as FileSystemFileHandle;

const unreadable = (name: string): FileSystemFileHandle =>
  ({ kind: 'file', name, getFile: () => Promise.reject(new Error('not allowed')) }) as FileSystemFileHandle;

function folder(
  name: string,
  children: readonly (FileSystemFileHandle | FileSystemDirectoryHandle)[],
): FileSystemDirectoryHandle {
  async function* values(): AsyncGenerator<FileSystemFileHandle | FileSystemDirectoryHandle> {
    for (const child of children) yield await Promise.resolve(child);
  }
  return { kind: 'directory', name, values } as unknown as FileSystemDirectoryHandle;
}

describe('fromFolder', () => {
  it('names what cannot be read, and goes on with the rest', async () => {
    const many = Array.from({ length: 100 }, (_, at) => file(`${at}.jpg`));
    const root = folder('wardrobe', [
      ...many,
      unreadable('locked.jpg'),
      file('.DS_Store'),
      folder('hats', [file('red.jpg'), unreadable('blue.jpg')]),
    ]);
    const counts: number[] = [];
    const found = await fromFolder(root, (count) => counts.push(count));
    expect(found.files).toHaveLength(101);
    expect(found.files.map(({ name }) => name)).toContain('wardrobe/hats/red.jpg');
    expect(found.unreadable).toEqual([
      'wardrobe/locked.jpg: not allowed',
      'wardrobe/hats/blue.jpg: not allowed',
    ]);
    expect(inWords(found.unreadable)).toBe('Could not be read: wardrobe/locked.jpg: not allowed and 1 more');
    expect(counts.at(-1)).toBe(101);
  });

  it('has no words where there is nothing to say', () => {
    expect(inWords([])).toBe('');
  });
});
