import type { OnProgress } from '../../../kernel/progress.ts';
import { ok, type Result, type StudioError } from '../../../kernel/result.ts';
import { fetchFile, toAddress } from '../../../platform/fetch-file.ts';
import type { GivenFile } from '../worker/protocol-speech.ts';

/** As much as is read of files, too. */
const MAX_BYTES = 1024 * 2 ** 20;
const NEEDED = ['config.json', 'tokenizer.json'];
/** Whisper has them; that they are missing is said when it is read. */
const BESIDE = ['generation_config.json', 'preprocessor_config.json'];
const GRAPHS = ['encoder_model', 'decoder_model_merged'];
/** Small ones first. */
const VARIANTS = ['_quantized', ''];

/** The folder behind an address; of a repository's page on Hugging Face that of its files. */
function folderOf(typed: URL): URL {
  const url = new URL(typed);
  if (url.hostname === 'huggingface.co' && /^\/[^/]+\/[^/]+\/?$/.test(url.pathname))
    url.pathname = `${url.pathname.replace(/\/$/, '')}/resolve/main/`;
  if (url.pathname.endsWith('/config.json')) url.pathname = url.pathname.slice(0, -'config.json'.length);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/**
 * A speech network by the address of its folder. Nothing but the addresses of its files is sent: no cookies, no referrer.
 * The page's policy lets this through in connected mode only.
 *
 * @param text what the person typed
 * @param signal ends it; the answer is then a failure that nobody is shown
 * @param onProgress bytes that have come
 * @returns the files
 */
export async function fetchSpeech(
  text: string,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<Result<readonly GivenFile[], StudioError>> {
  const typed = toAddress(text, 'a folder with a speech network');
  if (!typed.ok) return typed;
  const folder = folderOf(typed.value);
  const files: GivenFile[] = [];
  let total = 0;
  const get = async (path: string): Promise<Result<GivenFile, StudioError>> => {
    const before = total;
    const url = new URL(path, folder);
    // Hubs tell files from pages by the query, which is the same for all of them.
    url.search = typed.value.search;
    const fetched = await fetchFile(url, {
      most: MAX_BYTES - before,
      tooLarge: `has more than ${MAX_BYTES / 2 ** 20} MB with what came before.`,
      hint: 'Save the files of the network and choose them here.',
      signal,
      onBytes: (done) => onProgress({ phase: 'fetching', done: before + done, total: 0, unit: 'bytes' }),
    });
    if (!fetched.ok) return fetched;
    total += fetched.value.size;
    return ok({ name: `${folderName(folder)}/${path}`, file: fetched.value });
  };
  for (const path of [...NEEDED, ...BESIDE]) {
    const file = await get(path);
    if (file.ok) files.push(file.value);
    else if (signal.aborted || NEEDED.includes(path)) return file;
  }
  const graphs = await firstVariant(get, signal);
  return graphs.ok ? ok([...files, ...graphs.value]) : graphs;
}

/** Both graphs of one variant. @returns the first failure when there is no such pair */
async function firstVariant(
  get: (path: string) => Promise<Result<GivenFile, StudioError>>,
  signal: AbortSignal,
): Promise<Result<readonly GivenFile[], StudioError>> {
  let failure: Result<never, StudioError> | undefined;
  for (const variant of VARIANTS) {
    const found: GivenFile[] = [];
    for (const graph of GRAPHS) {
      const file = await get(`onnx/${graph}${variant}.onnx`);
      if (!file.ok) {
        failure ??= file;
        break;
      }
      found.push(file.value);
    }
    if (found.length === GRAPHS.length) return ok(found);
    if (signal.aborted) break;
  }
  return failure ?? ok([]);
}

/** What tells networks of one kind apart: the repository, or the folder. */
function folderName({ hostname, pathname }: URL): string {
  const steps = pathname.split('/').filter((step) => step !== '');
  return (hostname === 'huggingface.co' ? steps[1] : steps.at(-1)) ?? hostname;
}
