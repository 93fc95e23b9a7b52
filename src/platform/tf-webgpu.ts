import { setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgpu';

interface Gpu {
  requestAdapter(): Promise<{ readonly info?: { readonly isFallbackAdapter?: boolean } } | null>;
}

const gpuOf = (scope: object): Gpu | undefined =>
  'gpu' in scope ? (scope.gpu as Gpu | undefined) : undefined;

/** Whether there is a GPU behind WebGPU; a software adapter is slower than wasm and does not count. */
export async function hasGpu(): Promise<boolean> {
  const adapter = await gpuOf(navigator)?.requestAdapter();
  return adapter !== undefined && adapter !== null && adapter.info?.isFallbackAdapter !== true;
}

/** Makes WebGPU the current backend; false when it does not start. */
export const start = (): Promise<boolean> => setBackend('webgpu');
