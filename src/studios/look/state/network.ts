import type { OnProgress } from '../../../kernel/progress.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { modelStore } from '../../../platform/model-store.ts';
import type { LookError } from '../worker/protocol.ts';

const NAME = 'efficientnet-lite1';
const WEIGHTS = 'weights.safetensors';
/** Length of its embedding: models/efficientnet-lite1/manifest.json. */
const DIM = 1280;

export interface NetworkFiles {
  /** SHA-256 of the weights: collections are tied to it. */
  readonly hash: string;
  readonly dim: number;
  readonly weights: ArrayBuffer;
}

/**
 * The network that ships with the site, from the cache or fetched.
 *
 * @param onProgress bytes of the download
 */
export async function loadNetwork(onProgress: OnProgress): Promise<Result<NetworkFiles, LookError>> {
  const loaded = await modelStore().file(NAME, WEIGHTS, { onProgress });
  if (loaded.ok) return ok({ hash: loaded.value.sha256, dim: DIM, weights: loaded.value.bytes });
  return fail('bad-weights', loaded.error.message, loaded.error);
}

let names: Promise<readonly string[]> | undefined;

/** The 1,000 ImageNet names, by class index. */
export function labelNames(): Promise<readonly string[]> {
  names ??= readNames();
  return names;
}

async function readNames(): Promise<readonly string[]> {
  const loaded = await modelStore().file(NAME, 'labels.json', {});
  if (!loaded.ok) return [];
  const read: unknown = JSON.parse(new TextDecoder().decode(loaded.value.bytes));
  return Array.isArray(read) ? read.map(String) : [];
}
