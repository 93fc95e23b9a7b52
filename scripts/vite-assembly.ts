import asc from 'assemblyscript/asc';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const QUERY = '?assembly';
const OPTIONS = [
  ...['--optimizeLevel', '3', '--shrinkLevel', '0', '--converge', '--noAssert'],
  // No heap, no garbage collector: such code works on the memory that its caller lays out.
  ...['--runtime', 'stub', '--enable', 'simd', '--initialMemory', '1'],
];

/**
 * `import url from './x.ts?assembly'` compiles AssemblyScript to a WebAssembly file of the site and gives its address. The
 * sources lie in `src/studios/<id>/assembly/`; the compiler checks their types.
 */
export function assembly(): Plugin {
  return {
    name: 'atelier-assembly',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!source.endsWith(QUERY) || importer === undefined) return undefined;
      const file = resolve(dirname(importer.split('?')[0] ?? ''), source.slice(0, -QUERY.length));
      return `${await compile(file)}?url`;
    },
  };
}

async function compile(file: string): Promise<string> {
  const source = readFileSync(file);
  const key = createHash('sha256')
    .update(source)
    .update(JSON.stringify([asc.version, OPTIONS]))
    .digest('hex');
  const folder = fileURLToPath(new URL('../node_modules/.cache/atelier/', import.meta.url));
  const name = /([^/\\]+)\.ts$/.exec(file)?.[1] ?? 'module';
  const out = `${folder}${name}-${key.slice(0, 12)}.wasm`;
  if (existsSync(out)) return out;
  mkdirSync(folder, { recursive: true });
  // Several builds may do this at once: each puts a whole file in place.
  const own = `${out}.${process.pid}`;
  const messages: string[] = [];
  const { error } = await asc.main(['module.ts', '--outFile', 'module.wasm', ...OPTIONS], {
    readFile: (path) => (path === 'module.ts' ? source.toString('utf8') : null),
    writeFile: (path, contents) => {
      if (path === 'module.wasm') writeFileSync(own, contents);
    },
    listFiles: () => [],
    stderr: {
      write: (chunk) => {
        messages.push(String(chunk));
        return true;
      },
    },
  });
  if (error !== null) throw new Error(`${file} does not compile: ${messages.join('')}`);
  renameSync(own, out);
  return out;
}
