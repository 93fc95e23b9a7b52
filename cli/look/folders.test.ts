import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readClassFolders, readFolder, readLabelled, synsetOf, UsageError } from './folders.ts';

let root = '';

const put = (...files: string[]): void => {
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'atelier-folders-'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('folders of pictures', () => {
  it('lists pictures only, in order', () => {
    put('b/2.jpg', 'a/1.PNG', 'a/notes.txt', 'a/.hidden.jpg');
    expect(readFolder(root).pictures).toEqual(['a/1.PNG', 'b/2.jpg']);
  });

  it('says what is wrong with a folder', () => {
    expect(() => readFolder(join(root, 'nowhere'))).toThrow('there is no folder');
    expect(() => readFolder(root)).toThrow('there is no picture');
    put('file.jpg');
    expect(() => readFolder(join(root, 'file.jpg'))).toThrow('is a file');
  });

  it('wants two classes of two pictures', () => {
    put('hat/1.jpg', 'hat/2.jpg', 'shoe/1.jpg');
    expect(() => readClassFolders(root)).toThrow(UsageError);
    put('shoe/2.jpg');
    expect(readClassFolders(root).pictures).toHaveLength(4);
  });

  it('wants a synset in every name', () => {
    put('n01440764_1.jpg', 'n01443537.png');
    expect(readLabelled(root).pictures.map(synsetOf)).toEqual(['n01440764', 'n01443537']);
    put('tench.jpg');
    expect(() => readLabelled(root)).toThrow('tench.jpg');
  });
});
