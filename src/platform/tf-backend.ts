import { ready, setBackend } from '@tensorflow/tfjs-core';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plainUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';

/**
 * Makes tfjs's wasm backend the current one, on one thread: Look runs one network in each worker, which keeps the cores
 * busier than threads inside one pass do.
 *
 * @throws Error when the browser has no WebAssembly or the policy forbids it
 */
export async function useWasm(): Promise<void> {
  setWasmPaths({
    'tfjs-backend-wasm.wasm': new URL(plainUrl, import.meta.url).href,
    'tfjs-backend-wasm-simd.wasm': new URL(simdUrl, import.meta.url).href,
    'tfjs-backend-wasm-threaded-simd.wasm': new URL(threadedUrl, import.meta.url).href,
  });
  setThreadsCount(1);
  if (!(await setBackend('wasm'))) throw new Error('the wasm backend did not start');
  await ready();
}

/**
 * Makes tfjs's WebGPU backend the current one.
 *
 * @returns false when this browser has no usable GPU: no adapter, or a software one
 */
export async function useWebGpu(): Promise<boolean> {
  if (!('gpu' in navigator)) return false;
  const { hasGpu, start } = await import('./tf-webgpu.ts');
  return (await hasGpu()) && (await start());
}

/** Goes back to a backend that was started before. */
export async function useBackend(name: 'wasm' | 'webgpu'): Promise<void> {
  if (!(await setBackend(name))) throw new Error(`the ${name} backend did not start`);
}
