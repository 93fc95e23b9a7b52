import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { createArCnn, type ArCnn } from '../../src/studios/compose/engine/model.ts';
import { readShape, type ArCnnShape } from '../../src/studios/compose/engine/network-shape.ts';

const MODEL = new URL('../../models/ar-cnn/', import.meta.url);
const WEIGHTS = 'weights.safetensors';

/** The network that the site ships, on tfjs' wasm backend, one thread: the same numbers as in the tab. */
export interface NodeNetwork {
  readonly model: ArCnn;
  readonly shape: ArCnnShape;
  /** sha-256 of the weights. */
  readonly sha256: string;
}

/**
 * Loads the network from the repository.
 *
 * @throws Error when the weights are not the ones that the manifest names
 */
export async function loadNetwork(): Promise<NodeNetwork> {
  const manifest: unknown = JSON.parse(readFileSync(new URL('manifest.json', MODEL), 'utf8'));
  const weights = readFileSync(new URL(WEIGHTS, MODEL));
  const sha256 = createHash('sha256').update(weights).digest('hex');
  if (!JSON.stringify(manifest).includes(sha256))
    throw new Error(`models/ar-cnn/${WEIGHTS} is not the file that its manifest names`);
  const shape = readShape(manifest);
  const wasm = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(dirname(wasm) + sep);
  setThreadsCount(1);
  if (!(await tf.setBackend('wasm'))) throw new Error('tfjs’ wasm backend did not start');
  return { model: createArCnn(new Uint8Array(weights).buffer, shape), shape, sha256 };
}
