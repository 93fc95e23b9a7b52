import type { OnProgress } from '../../../kernel/progress.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { ModelManifest } from '../../../platform/model-store/manifest.ts';
import { ModelStore } from '../../../platform/model-store/store.ts';
import type { LookError } from '../worker/protocol.ts';

const NAME = 'efficientnet-lite1';
const WEIGHTS = 'weights.safetensors';
const LABELS = 'labels.json';
/** Length of its embedding: models/efficientnet-lite1/card.md. */
const DIM = 1280;

/** A network, ready to be handed to workers. */
export interface NetworkFiles {
  /** For people. */
  readonly title: string;
  /** SHA-256 of the weights: collections are tied to it. */
  readonly hash: string;
  readonly dim: number;
  readonly weights: ArrayBuffer;
  /** The 1,000 ImageNet names, by class index; none where the network has no classifier. */
  readonly labels: readonly string[];
}

/** A network of the site, as far as its manifest tells: nothing of it is fetched for that. */
export type NetworkName = Pick<NetworkFiles, 'title' | 'hash'>;

/** The networks that this site has; undefined when it cannot be told. */
export async function siteNetworks(): Promise<readonly NetworkName[] | undefined> {
  const manifest = await new ModelStore(new URL('models/', document.baseURI)).manifest(NAME);
  if (!manifest.ok) return undefined;
  return [{ title: manifest.value.title, hash: hashOf(manifest.value, WEIGHTS) }];
}

/**
 * The network's files, from the cache or fetched, checked against the manifest.
 *
 * @param onProgress bytes of the weights' download
 */
export async function loadNetwork(onProgress: OnProgress): Promise<Result<NetworkFiles, LookError>> {
  const store = new ModelStore(new URL('models/', document.baseURI));
  const manifest = await store.manifest(NAME);
  if (!manifest.ok) return fail('bad-weights', manifest.error.message, manifest.error);
  const weights = await store.file(manifest.value, WEIGHTS, { onProgress });
  if (!weights.ok) return fail('bad-weights', weights.error.message, weights.error);
  const labels = await store.file(manifest.value, LABELS);
  if (!labels.ok) return fail('bad-weights', labels.error.message, labels.error);
  return ok({
    title: manifest.value.title,
    hash: hashOf(manifest.value, WEIGHTS),
    dim: DIM,
    weights: weights.value.bytes,
    labels: readLabels(labels.value.bytes),
  });
}

const hashOf = (manifest: ModelManifest, path: string): string =>
  manifest.files.find((file) => file.path === path)?.sha256 ?? '';

/** The file's hash was checked, so its form is the one that the project gave it. */
function readLabels(bytes: ArrayBuffer): string[] {
  const rows = JSON.parse(new TextDecoder().decode(bytes)) as readonly {
    readonly names: readonly string[];
  }[];
  return rows.map(({ names }) => names[0] ?? '');
}
