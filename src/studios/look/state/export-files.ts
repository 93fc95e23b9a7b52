import { Zip, ZipPassThrough } from 'fflate';
import type { OnProgress } from '../../../kernel/progress.ts';
import { csvCell } from '../engine/csv.ts';
import type { PictureInfo } from '../worker/protocol.ts';
import type { FullPicture } from './originals.ts';

/** A picture in an export; `rank` and `score` only where it was found by a search. */
export interface Listed extends PictureInfo {
  readonly rank?: number;
  readonly score?: number;
}

/** Archive tools of some systems fail on longer ones. */
const MAX_PATH = 200;
/** What file systems of Windows do not take in a name. */
const FORBIDDEN = /[<>:"|?*\u0000-\u001f]/g;
/** Names of devices there, whatever follows a dot. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/**
 * The list as CSV with a header row.
 *
 * @param pictures what to list, in order
 * @param scoreName `similarity` or `distance`
 */
export function toCsv(pictures: readonly Listed[], scoreName: string): string {
  const rows = pictures.map(({ name, rank, score }) =>
    [name, rank ?? '', score ?? ''].map(csvCell).join(','),
  );
  return [`name,rank,${scoreName}`, ...rows, ''].join('\r\n');
}

/** Two pictures of the same name get numbers, as file systems do it. */
function unique(name: string, used: Set<string>): string {
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > name.lastIndexOf('/') + 1 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  let candidate = name;
  // Some file systems do not tell A from a.
  for (let n = 2; used.has(candidate.toLowerCase()); n += 1) candidate = `${stem} (${n})${ending}`;
  used.add(candidate.toLowerCase());
  return candidate;
}

/** A path that stays inside the folder it is unpacked in, on every system. */
const safePath = (name: string): string =>
  name
    .slice(-MAX_PATH)
    .split(/[/\\]/)
    .filter((step) => step.trim() !== '' && step !== '.' && step !== '..')
    .map((step) => step.replace(FORBIDDEN, '_').replace(/[. ]$/, '_').replace(DEVICE, '$1_'))
    .join('/') || 'picture';

const ENDINGS: Readonly<Record<string, string>> = {
  'image/webp': '.webp',
  'image/jpeg': '.jpg',
  'image/png': '.png',
};

/**
 * A zip of pictures: the originals where they can be read, else their thumbnails.
 *
 * @param pictures which
 * @param full finds a picture's bytes
 * @param options progress in pictures; a signal to stop
 * @returns the archive, how many of each kind it holds, and how many could not be had
 */
export async function toZip(
  pictures: readonly Listed[],
  full: (picture: PictureInfo) => Promise<FullPicture | undefined>,
  options: { readonly signal: AbortSignal; readonly onProgress: OnProgress },
): Promise<{ blob: Blob; originals: number; thumbnails: number; missing: number }> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let broken: Error | undefined;
  const zip = new Zip((error, chunk) => {
    if (error !== null) broken = error;
    else parts.push(new Uint8Array(chunk));
  });
  const used = new Set<string>();
  let originals = 0;
  let thumbnails = 0;
  let missing = 0;
  for (const [index, picture] of pictures.entries()) {
    options.signal.throwIfAborted();
    const found = await full(picture);
    if (found !== undefined) {
      const path = safePath(picture.name);
      const name = found.isOriginal ? path : `${path.replace(/\.\w+$/, '')}${ENDINGS[found.blob.type] ?? ''}`;
      // Pictures are compressed already: stored as they are.
      const entry = new ZipPassThrough(unique(name, used));
      zip.add(entry);
      entry.push(new Uint8Array(await found.blob.arrayBuffer()), true);
      if (found.isOriginal) originals += 1;
      else thumbnails += 1;
    } else {
      missing += 1;
    }
    options.onProgress({ phase: 'packing', done: index + 1, total: pictures.length, unit: 'pictures' });
  }
  zip.end();
  if (broken !== undefined) throw broken;
  return { blob: new Blob(parts, { type: 'application/zip' }), originals, thumbnails, missing };
}

/** Hands a file to the person. */
export function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken its own hold of the blob once the click has been handled.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
