import type { OnProgress } from '../../../kernel/progress.ts';
import { ok, type Result } from '../../../kernel/result.ts';
import type { LookError } from '../worker/protocol.ts';
import { fetchFile, toAddress } from '../../../platform/fetch-file.ts';

/** As much as is read of files, too. */
const MAX_BYTES = 512 * 2 ** 20;
const MAX_SHARDS = 1_000;

type Fetched<T> = Result<T, LookError>;

/**
 * A network by the address of its weights file, or of a `model.json` of tfjs, whose shards lie beside it. Nothing but the
 * addresses is sent: no cookies, no referrer. The page's policy lets this through in connected mode only.
 *
 * @param text what the person typed
 * @param signal ends it; the answer is then a failure that nobody is shown
 * @param onProgress bytes that have come
 * @returns the files, the main one first
 */
export async function fetchNetwork(
  text: string,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<Fetched<readonly File[]>> {
  const typed = toAddress(text, 'a network');
  if (!typed.ok) return typed;
  const url = typed.value;
  let total = 0;
  const get = async (address: URL): Promise<Fetched<File>> => {
    const before = total;
    const fetched = await fetchFile(address, {
      most: MAX_BYTES - before,
      tooLarge: `has more than ${MAX_BYTES / 2 ** 20} MB with what came before.`,
      hint: 'Save the files of the network and choose them here.',
      signal,
      onBytes: (done) => onProgress({ phase: 'fetching', done: before + done, total: 0, unit: 'bytes' }),
    });
    if (fetched.ok) total += fetched.value.size;
    return fetched;
  };
  const main = await get(url);
  if (!main.ok) return main;
  const files = [main.value];
  for (const shard of await shardsOf(main.value, url)) {
    const fetched = await get(shard);
    if (!fetched.ok) return fetched;
    files.push(fetched.value);
  }
  return ok(files);
}

/** Addresses of the shards that a `model.json` names; none of any other file, and of one that is damaged. */
async function shardsOf(file: File, base: URL): Promise<readonly URL[]> {
  if (!/^\s*\{/.test(await file.slice(0, 64).text())) return [];
  const paths = pathsOf(parse(await file.text()));
  return paths.slice(0, MAX_SHARDS).flatMap((path) => {
    const url = URL.parse(path, base);
    if (url === null || !/^https?:$/.test(url.protocol)) return [];
    // Hubs tell files from pages by the query, which is the same for all of them.
    if (url.search === '') url.search = base.search;
    return [url];
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said when it is read as a network
  }
}

function pathsOf(json: unknown): readonly string[] {
  if (typeof json !== 'object' || json === null || !('weightsManifest' in json)) return [];
  const groups: unknown = json.weightsManifest;
  if (!Array.isArray(groups)) return [];
  return groups
    .flatMap((group: unknown): unknown[] =>
      typeof group === 'object' && group !== null && 'paths' in group && Array.isArray(group.paths)
        ? group.paths
        : [],
    )
    .filter((path): path is string => typeof path === 'string');
}
