import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const SCRIPT = 'hnswlib-wasm/lib/hnswlib.mjs';
/** The script this plugin was written for; another one has to be looked at first. */
const SCRIPT_SHA256 = '082e111db917b6b017ecc3aa912068a184884d202da8a75b5c75079e2d7cd67c';
const WASM = 'virtual:hnswlib.wasm?url';
const INLINE_WASM = /data:application\/octet-stream;base64,([A-Za-z0-9+/=]+)/;

/** What is replaced in the script: `new Function` by closures, see src/studios/look/worker/testing/hnswlib/embind.ts. */
const REPLACED: readonly (readonly [string, string])[] = [
  [
    'return newFunc(Function, args1).apply(null, args2);',
    'return makeInvoker({ name: humanName, types: argTypes, classType, invoke: cppInvokerFunc, ' +
      'target: cppTargetFunc, fail: throwBindingError, runDestructors });',
  ],
  [
    'var invokerFunction = newFunc(Function, params).apply(null, args);',
    'var invokerFunction = makeMethodCaller(types);',
  ],
];

/**
 * hnswlib-wasm ships one script with the WebAssembly in it as text, and glue that needs `unsafe-eval`. This serves the
 * WebAssembly as a file of its own (a third smaller, and no `data:` address that the policy would refuse), and the glue
 * without `new Function`. It stops the build when the package's script is not the one it knows.
 */
export function hnswlib(): Plugin {
  const script = createRequire(import.meta.url).resolve(SCRIPT);
  const embind = fileURLToPath(
    new URL('../src/studios/look/worker/testing/hnswlib/embind.ts', import.meta.url),
  );
  return {
    name: 'atelier-hnswlib',
    enforce: 'pre',
    // A dependency that the dev server bundles beforehand does not pass through `transform`.
    config: () => ({ optimizeDeps: { exclude: ['hnswlib-wasm'] } }),
    resolveId: (source) => (source === WASM ? `${extractWasm(script)}?url` : undefined),
    transform(code, id) {
      if (!id.split('?')[0]?.endsWith(SCRIPT)) return undefined;
      let changed = code.replace(INLINE_WASM, 'hnswlib.wasm');
      for (const [before, after] of REPLACED) {
        if (changed.split(before).length !== 2)
          throw new Error(`${SCRIPT} has changed: expected once: ${before}`);
        changed = changed.replace(before, after);
      }
      return {
        code: `import { makeInvoker, makeMethodCaller } from ${JSON.stringify(embind)};\n${changed}`,
        map: null,
      };
    },
  };
}

// Writes the WebAssembly beside the other caches and answers its path.
function extractWasm(script: string): string {
  const code = readFileSync(script);
  const hash = createHash('sha256').update(code).digest('hex');
  if (hash !== SCRIPT_SHA256) throw new Error(`${SCRIPT} has changed: sha256 ${hash}`);
  const base64 = INLINE_WASM.exec(code.toString('latin1'))?.[1];
  if (base64 === undefined) throw new Error(`${SCRIPT} has no WebAssembly in it`);
  const folder = fileURLToPath(new URL('../node_modules/.cache/atelier/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const file = `${folder}hnswlib-${hash.slice(0, 8)}.wasm`;
  const bytes = Buffer.from(base64, 'base64');
  if (existsSync(file) && readFileSync(file).equals(bytes)) return file;
  // Several builds may do this at once: each puts a whole file in place.
  const own = `${file}.${process.pid}`;
  writeFileSync(own, bytes);
  renameSync(own, file);
  return file;
}
