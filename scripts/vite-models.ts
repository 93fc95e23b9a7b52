import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const ROOT = 'models';

interface Manifest {
  /** A folder of an npm package where the files lie, for a model that is not copied here. */
  readonly package?: string;
  readonly files: readonly { readonly path: string }[];
}
interface Served {
  /** In the site. */
  readonly path: string;
  /** On this disk. */
  readonly source: string;
}

const isManifest = (value: unknown): value is Manifest =>
  typeof value === 'object' && value !== null && 'files' in value && Array.isArray(value.files);

/** What the site serves of a model: its manifest, the files that it lists, its card and licence. How it was made stays at home. */
function served(): Served[] {
  if (!existsSync(ROOT)) return [];
  return readdirSync(ROOT).flatMap((name): Served[] => {
    const manifestPath = `${ROOT}/${name}/manifest.json`;
    if (!existsSync(manifestPath)) return [];
    const manifest: unknown = JSON.parse(readFileSync(manifestPath, 'utf8'));
    if (!isManifest(manifest)) throw new Error(`${manifestPath} lists no files`);
    const papers = ['card.md', 'LICENSE', 'NOTICE'].filter((file) => existsSync(`${ROOT}/${name}/${file}`));
    const folder = `${ROOT}/${name}`;
    const origin = manifest.package === undefined ? folder : `node_modules/${manifest.package}`;
    return [
      ...['manifest.json', ...papers].map((file) => ({
        path: `${folder}/${file}`,
        source: `${folder}/${file}`,
      })),
      ...manifest.files.map(({ path }) => ({ path: `${folder}/${path}`, source: `${origin}/${path}` })),
    ];
  });
}

/** Puts the models beside the built site, and serves them while developing. */
export function models(): Plugin {
  return {
    name: 'atelier-models',
    generateBundle() {
      if (this.environment.name !== 'client') return;
      for (const { path, source } of served())
        this.emitFile({ type: 'asset', fileName: path, source: readFileSync(source) });
    },
    configureServer(server) {
      const sources = new Map(served().map(({ path, source }) => [`/${path}`, source]));
      server.middlewares.use((request, response, next) => {
        const path = (request.url ?? '').split('?')[0] ?? '';
        const source = sources.get(path);
        if (source === undefined) {
          next();
          return;
        }
        response.setHeader(
          'Content-Type',
          path.endsWith('.json') ? 'application/json' : 'application/octet-stream',
        );
        createReadStream(source).pipe(response);
      });
    },
  };
}
