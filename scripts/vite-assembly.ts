import asc from 'assemblyscript/asc';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const QUERY = '?assembly';
/** Such code works on the memory of another module. */
const BORROWING = `${QUERY}&memory=imported`;
const OPTIONS = [
  ...['--optimizeLevel', '3', '--shrinkLevel', '0', '--converge', '--noAssert'],
  // No heap, no garbage collector: such code works on the memory that its caller lays out.
  ...['--runtime', 'stub', '--enable', 'simd'],
];

/**
 * `import url from './x.ts?assembly'` compiles AssemblyScript to a WebAssembly file of the site and gives its address; with
 * `?assembly&memory=imported` the file wants `env.memory` and must hold no data of its own. The sources lie in
 * `src/studios/<id>/assembly/`; the compiler checks their types.
 */
export function assembly(): Plugin {
  return {
    name: 'atelier-assembly',
    enforce: 'pre',
    async resolveId(source, importer) {
      const query = [QUERY, BORROWING].find((known) => source.endsWith(known));
      if (query === undefined || importer === undefined) return undefined;
      const file = resolve(dirname(importer.split('?')[0] ?? ''), source.slice(0, -query.length));
      const memory = query === BORROWING ? ['--importMemory'] : ['--initialMemory', '1'];
      return `${await compile(file, [...OPTIONS, ...memory])}?url`;
    },
  };
}

async function compile(file: string, options: readonly string[]): Promise<string> {
  const source = readFileSync(file, 'utf8');
  // Files beside it, one level deep, as the compiler asks for them: `./x` is `x.ts`.
  const parts = new Map(
    [...source.matchAll(/from '\.\/([\w-]+)'/g)].map(([, part = '']) => [
      `${part}.ts`,
      readFileSync(resolve(dirname(file), `${part}.ts`), 'utf8'),
    ]),
  );
  const key = createHash('sha256')
    .update(source)
    .update([...parts.values()].join('\0'))
    .update(JSON.stringify([asc.version, options]))
    .digest('hex');
  const folder = fileURLToPath(new URL('../node_modules/.cache/atelier/', import.meta.url));
  const name = /([^/\\]+)\.ts$/.exec(file)?.[1] ?? 'module';
  const out = `${folder}${name}-${key.slice(0, 12)}.wasm`;
  if (existsSync(out)) return out;
  mkdirSync(folder, { recursive: true });
  // Several builds may do this at once: each puts a whole file in place.
  const own = `${out}.${process.pid}`;
  const messages: string[] = [];
  const { error } = await asc.main(['module.ts', '--outFile', 'module.wasm', ...options], {
    readFile: (path) => (path === 'module.ts' ? source : (parts.get(path) ?? null)),
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
