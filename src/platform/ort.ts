import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

export { Tensor };

/** A network in memory. */
export type { InferenceSession };

/**
 * ONNX Runtime by its wasm alone, for workers that `policy.ts` lets compile WebAssembly. Its glue is part of the worker's
 * script and the wasm a file of this site: nothing comes from another host, nothing is made from text.
 */
function prepare(): void {
  // A test in Node gives the bytes themselves.
  if (env.wasm.wasmBinary === undefined)
    env.wasm.wasmPaths = { wasm: new URL(wasmUrl, import.meta.url).href };
  // More threads would be workers of its own, which the policy of a worker forbids.
  env.wasm.numThreads = 1;
  env.wasm.proxy = false;
  // Its warnings are about graphs that others made.
  env.logLevel = 'error';
}

/**
 * Opens a network.
 *
 * @param model an ONNX file; read, not kept
 * @returns the network; whoever asked ends it with `release`
 * @throws Error when this browser has no WebAssembly, the wasm cannot be fetched, or the file is no network that the runtime
 *   knows; the message is the runtime's
 * @see https://onnxruntime.ai/docs/api/js/interfaces/InferenceSessionFactory.html
 */
export async function openNetwork(model: Uint8Array<ArrayBuffer>): Promise<InferenceSession> {
  prepare();
  return InferenceSession.create(model, { executionProviders: ['wasm'], logSeverityLevel: 3 });
}
