import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const PICTURE = /\.(jpe?g|png|webp|avif|gif|bmp|svg|heic)$/i;
const SYNSET = /^n\d{8}/;

/** What a person typed cannot be worked with; the message says why and what would do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Folder {
  readonly path: string;
  /** The folder's own name: the page puts it before the names of the pictures. */
  readonly name: string;
  /** Paths of pictures, relative to the folder, in the order of the alphabet. */
  readonly pictures: readonly string[];
}

/**
 * Looks into a folder of pictures before a browser is started for it.
 *
 * @param path what the person typed
 * @throws UsageError when there is no such folder, or no picture in it
 */
export function readFolder(path: string): Folder {
  const absolute = resolve(path);
  if (!existsSync(absolute)) throw new UsageError(`there is no folder ${path}`);
  if (!statSync(absolute).isDirectory()) throw new UsageError(`${path} is a file; a folder is wanted`);
  const pictures = readdirSync(absolute, { recursive: true, encoding: 'utf8' })
    .filter((file) => PICTURE.test(file) && !basename(file).startsWith('.'))
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted();
  if (pictures.length === 0) throw new UsageError(`there is no picture in ${path}`);
  return { path: absolute, name: basename(absolute), pictures };
}

/**
 * The same for a folder of class folders.
 *
 * @throws UsageError also when fewer than two classes have two pictures: then there is nothing to tell apart
 */
export function readClassFolders(path: string): Folder {
  const folder = readFolder(path);
  const sizes = new Map<string, number>();
  for (const file of folder.pictures) {
    const [name = '', rest] = file.split('/');
    if (rest !== undefined) sizes.set(name, (sizes.get(name) ?? 0) + 1);
  }
  const classes = [...sizes.values()].filter((size) => size >= 2);
  if (classes.length < 2) {
    throw new UsageError(
      `${path} has to hold a folder for each class, e.g. hat/1.jpg and shoe/1.jpg, at least two pictures in each`,
    );
  }
  return folder;
}

/** The ImageNet synset that a picture's file name begins with, e.g. n01440764. */
export const synsetOf = (path: string): string => SYNSET.exec(basename(path))?.[0] ?? '';

/**
 * The same for a folder of pictures that are named by their ImageNet synset.
 *
 * @throws UsageError also when a file's name has none
 */
export function readLabelled(path: string): Folder {
  const folder = readFolder(path);
  const nameless = folder.pictures.find((file) => synsetOf(file) === '');
  if (nameless !== undefined) {
    throw new UsageError(
      `${join(path, nameless)}: its name does not begin with a synset, as n01440764_1.jpg does`,
    );
  }
  return folder;
}
