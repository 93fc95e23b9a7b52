import type { OnProgress } from '../../kernel/progress.ts';
import type { ModelFile } from './manifest.ts';

/** The beginning of a file, from a download that broke off. */
export interface Part {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Strong entity tag or date of the version that it comes from; '' when the host tells neither. */
  readonly validator: string;
}

export type DownloadEnd =
  | { readonly kind: 'complete'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** Broke off; what came is kept. */
  | { readonly kind: 'part'; readonly part: Part; readonly cause: string }
  /** The host has no such file, or answers something else. */
  | { readonly kind: 'refused'; readonly status: number }
  /** Longer than the manifest says: not the file. */
  | { readonly kind: 'too-long' };

export const NOTHING: Part = { bytes: new Uint8Array(0), validator: '' };

/** What `If-Range` may carry: it compares strongly, so a weak tag would never match. */
function validatorOf(headers: Headers): string {
  const tag = headers.get('ETag') ?? '';
  return tag !== '' && !tag.startsWith('W/') ? tag : (headers.get('Last-Modified') ?? '');
}

/** Whether an answer continues the part, and not something else from somewhere else. */
function continues(response: Response, part: Part, file: ModelFile): boolean {
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('Content-Range') ?? '');
  return (
    response.status === 206 &&
    range !== null &&
    Number(range[1]) === part.bytes.length &&
    (range[2] === '*' || Number(range[2]) === file.bytes)
  );
}

/**
 * Fetches a file once, from where an earlier download broke off if the host agrees.
 *
 * @param get asks the host, with these headers
 * @param file its length decides when it is complete and how much is ever held
 * @param before what is there already
 * @param onProgress bytes done
 * @returns how it ended; aborting ends it as a part too
 */
export async function download(
  get: (headers: Readonly<Record<string, string>>) => Promise<Response>,
  file: ModelFile,
  before: Part,
  onProgress: (done: number) => void,
): Promise<DownloadEnd> {
  const ranged = before.bytes.length > 0;
  const response = await get(
    ranged
      ? {
          Range: `bytes=${before.bytes.length}-`,
          ...(before.validator === '' ? {} : { 'If-Range': before.validator }),
        }
      : {},
  );
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    return { kind: 'refused', status: response.status };
  }
  if (response.status === 206 && !continues(response, before, file)) {
    await response.body.cancel();
    return { kind: 'refused', status: 416 };
  }
  const start = response.status === 206 ? before : NOTHING;
  const validator = validatorOf(response.headers) || start.validator;
  const whole = new Uint8Array(file.bytes);
  whole.set(start.bytes);
  let done = start.bytes.length;
  onProgress(done);
  const reader = response.body.getReader();
  let cause = 'the host closed the connection early';
  try {
    for (;;) {
      const { done: isEnd, value } = await reader.read();
      if (isEnd) break;
      if (done + value.length > file.bytes) {
        await reader.cancel();
        return { kind: 'too-long' };
      }
      whole.set(value, done);
      done += value.length;
      onProgress(done);
    }
  } catch (thrown) {
    cause = thrown instanceof Error ? thrown.message : String(thrown);
  }
  if (done === file.bytes) return { kind: 'complete', bytes: whole };
  return { kind: 'part', part: { bytes: whole.slice(0, done), validator }, cause };
}

/** Passes bytes on as progress of a named model. */
export const byteProgress =
  (title: string, total: number, onProgress: OnProgress | undefined) =>
  (done: number): void =>
    onProgress?.({ phase: `Fetching ${title}`, done, total, unit: 'bytes' });
