import type { OnProgress } from '../../../kernel/progress.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { LookError } from '../worker/protocol.ts';

const FOLDER = 'models/efficientnet-lite1/';
/** Length of its embedding: models/efficientnet-lite1/manifest.json. */
const DIM = 1280;

export interface NetworkFiles {
  /** SHA-256 of the weights: collections are tied to it. */
  readonly hash: string;
  readonly dim: number;
  readonly weights: ArrayBuffer;
}

/**
 * The network that ships with the site.
 *
 * @param onProgress bytes of the download
 */
export async function loadNetwork(onProgress: OnProgress): Promise<Result<NetworkFiles, LookError>> {
  onProgress({ phase: 'download', done: 0, total: 0, unit: 'bytes' });
  try {
    const manifest = (await (await fetch(`${FOLDER}manifest.json`)).json()) as {
      files: { path: string; sha256: string }[];
    };
    const weights = await (await fetch(`${FOLDER}weights.safetensors`)).arrayBuffer();
    return ok({
      hash: manifest.files.find((f) => f.path === 'weights.safetensors')?.sha256 ?? '',
      dim: DIM,
      weights,
    });
  } catch (cause) {
    return fail('bad-weights', 'The network could not be fetched.', { retryable: true, cause });
  }
}

let names: Promise<readonly string[]> | undefined;

/** The 1,000 ImageNet names, by class index. */
export function labelNames(): Promise<readonly string[]> {
  names ??= readNames();
  return names;
}

async function readNames(): Promise<readonly string[]> {
  const read = (await (await fetch(`${FOLDER}labels.json`)).json()) as { names: string[] }[];
  return read.map(({ names: [first] }) => first ?? '');
}
