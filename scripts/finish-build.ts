/**
 * After `vite build`: the headers in the form that Netlify and Cloudflare Pages read, and every compressible file beside its
 * .br and .gz for servers that hand those out.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { cacheControlFor, headersFor, isWorkerScript } from '../src/platform/policy.ts';

const DIST = 'dist';
const COMPRESSIBLE = /\.(html|js|css|json|svg|wasm|webmanifest)$/;
/** Below this the headers of the answer weigh more than what is saved. */
const MIN_BYTES = 1024;
/** Above this the best quality takes half a minute a file, for some per cent. */
const LARGE_BYTES = 8_000_000;
const LARGE_QUALITY = 9;
/** Models are read by ranges, and a range of a compressed file is another range. */
const LEFT_ALONE = /^\/(models|samples)\//;

const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' })
  .map((file) => join(DIST, file))
  .filter((file) => statSync(file).isFile() && !/\.(br|gz)$/.test(file));
const pathOf = (file: string): string => `/${relative(DIST, file).split(sep).join('/')}`;

for (const file of files) {
  const content = readFileSync(file);
  if (!COMPRESSIBLE.test(file) || LEFT_ALONE.test(pathOf(file)) || content.length < MIN_BYTES) continue;
  const brotli = brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]:
        content.length > LARGE_BYTES ? LARGE_QUALITY : constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
  writeFileSync(`${file}.br`, brotli);
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
}

const block = (path: string): string => {
  const headers = { ...headersFor(path), 'Cache-Control': cacheControlFor(path) };
  const lines = Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`);
  return [path, ...lines].join('\n');
};
// Blocks must not overlap: such hosts join the values of all that match, and two policies would both hold. Folders of one
// policy share a block, since Cloudflare reads no more than 100.
const blockPath = (path: string): string =>
  isWorkerScript(path) || path.lastIndexOf('/') === 0
    ? path
    : path.replace(/^((?:\/workers)?\/[^/]+)\/.*$/, '$1/*');
const paths = new Set(['/', ...files.map((file) => blockPath(pathOf(file)))]);
paths.delete('/_headers');
writeFileSync(join(DIST, '_headers'), `${[...paths].sort().map(block).join('\n\n')}\n`);
