import { cpSync, readdirSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import ensureBuild from '../../scripts/ensure-build.ts';
import { startServer } from '../../scripts/static-server.ts';

const STAGE = '.cache/bench-site';

/** The built site with the benches' own pages beside it, under two addresses. */
export interface Stage {
  /** As the site is meant to be served. */
  readonly siteUrl: string;
  /** Without headers: the peer runs wasm in the page, which the site's policy forbids. */
  readonly plainUrl: string;
  /** Scripts of the workers that the site ships, as addresses below `siteUrl`. */
  readonly workers: { readonly library: string; readonly graph: string };
  /** The same of any worker. */
  readonly workerAt: (name: string) => string;
  close(): Promise<void>;
}

function workerScript(name: string): string {
  const file = readdirSync(`${STAGE}/workers`).find(
    (each) => each.startsWith(`${name}.worker-`) && each.endsWith('.js'),
  );
  if (file === undefined) throw new Error(`the built site has no worker ${name}`);
  return `../workers/${file}`;
}

/** Builds what is needed and serves it. */
export async function openStage(): Promise<Stage> {
  ensureBuild();
  rmSync(STAGE, { recursive: true, force: true });
  cpSync('dist', STAGE, { recursive: true });
  const build = [
    'vite',
    'build',
    '-c',
    'bench/vite.config.ts',
    '--outDir',
    `${process.cwd()}/${STAGE}/bench`,
  ];
  const { status } = spawnSync('npx', [...build, '--logLevel', 'warn'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('the pages of the benches could not be built: see above');
  const site = await startServer({ dir: STAGE, headers: true });
  const plain = await startServer({ dir: STAGE, headers: false });
  return {
    siteUrl: site.url,
    plainUrl: plain.url,
    workers: { library: workerScript('library'), graph: workerScript('graph') },
    workerAt: workerScript,
    async close() {
      await site.close();
      await plain.close();
    },
  };
}
