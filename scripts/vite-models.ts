import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const ROOT = 'models';

const isManifest = (value: unknown): value is { files: { path: string }[] } =>
  typeof value === 'object' && value !== null && 'files' in value && Array.isArray(value.files);

/** What the site serves of a model: its manifest, the files that it lists, its card and licence. How it was made stays at home. */
function servedPaths(): string[] {
  if (!existsSync(ROOT)) return [];
  return readdirSync(ROOT).flatMap((name) => {
    const manifestPath = `${ROOT}/${name}/manifest.json`;
    if (!existsSync(manifestPath)) return [];
    const manifest: unknown = JSON.parse(readFileSync(manifestPath, 'utf8'));
    if (!isManifest(manifest)) throw new Error(`${manifestPath} lists no files`);
    const papers = ['card.md', 'LICENSE', 'NOTICE'].filter((file) => existsSync(`${ROOT}/${name}/${file}`));
    const files = ['manifest.json', ...papers, ...manifest.files.map(({ path }) => path)];
    return files.map((file) => `${ROOT}/${name}/${file}`);
  });
}

/** Puts the models beside the built site, and serves them while developing. */
export function models(): Plugin {
  return {
    name: 'atelier-models',
    generateBundle() {
      if (this.environment.name !== 'client') return;
      for (const path of servedPaths())
        this.emitFile({ type: 'asset', fileName: path, source: readFileSync(path) });
    },
    configureServer(server) {
      const paths = new Set(servedPaths().map((path) => `/${path}`));
      server.middlewares.use((request, response, next) => {
        const path = (request.url ?? '').split('?')[0] ?? '';
        if (!paths.has(path)) {
          next();
          return;
        }
        response.setHeader(
          'Content-Type',
          path.endsWith('.json') ? 'application/json' : 'application/octet-stream',
        );
        createReadStream(`.${path}`).pipe(response);
      });
    },
  };
}
