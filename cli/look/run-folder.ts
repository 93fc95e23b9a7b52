import type { Folder } from './folders.ts';
import type { LookPage } from './page.ts';

/** Far more than any machine needs for a picture; a page that hangs must not hang the command. */
const LIMIT_MS_A_PICTURE = 3_000;
const LEAST_LIMIT_MS = 120_000;

export interface IndexReport {
  readonly pictures: number;
  /** From the files' coming to the status at rest. */
  readonly seconds: number;
  readonly perSecond: number;
  /** From the first picture to the last: without the loading of the network. */
  readonly steadyPerSecond: number;
  /** What the page says at rest. */
  readonly status: string;
}

/** Adds a folder through the page's own input and waits for rest. */
export async function indexFolder(page: LookPage, folder: Folder): Promise<IndexReport> {
  const count = folder.pictures.length;
  const limit = Math.max(LEAST_LIMIT_MS, count * LIMIT_MS_A_PICTURE);
  const { given, first, last, rest, status } = await page.index('Add a folder', folder.path, limit);
  const seconds = (rest - given) / 1000;
  return {
    pictures: count,
    seconds,
    perSecond: count / seconds,
    steadyPerSecond: last > first ? (count - 1) / ((last - first) / 1000) : count / seconds,
    status,
  };
}
