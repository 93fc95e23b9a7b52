import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

/** One package whose code or files are in the built site. */
interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly home: string;
  readonly text: string;
}

/** One row of LICENSES.md: weights, pictures, names. */
interface ShippedWork {
  readonly what: string;
  readonly from: string;
  readonly href: string;
  readonly licence: string;
}

const LICENCE_FILE = /^(licen[cs]e|copying|ofl)([.-].*)?$/i;
/** Packages that carry no text of their own: the licence's text is the same for all of them. */
const COMMON_TEXT: Readonly<Record<string, string>> = {
  'Apache-2.0': 'models/efficientnet-lite1/LICENSE',
  'LGPL-3.0-or-later': 'licences/LGPL-3.0-or-later.txt',
  // tfjs-layers names both in its sources, and carries neither.
  'Apache-2.0 AND MIT': 'licences/tfjs-layers.txt',
};

/** Packages whose text is not in them, and is not the same for all of their licence. */
const OWN_TEXT: Readonly<Record<string, string>> = {
  soundswallower: 'licences/soundswallower.txt',
  'onnxruntime-web': 'licences/onnxruntime.txt',
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The folder of the package that a module belongs to. */
function packageFolder(moduleId: string): string | undefined {
  const path = moduleId.replace(/^\0/, '').replace(/[?#].*$/, '');
  if (!path.includes('/node_modules/')) return undefined;
  for (let folder = dirname(path); folder.includes('/node_modules/'); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
    // Some packages put nameless manifests into subfolders, only to set the type of their modules.
    if (isRecord(manifest) && text(manifest.name) !== '' && text(manifest.version) !== '') return folder;
  }
  return undefined;
}

function describePackage(folder: string): ShippedPackage {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!isRecord(manifest)) throw new Error(`${folder}/package.json is not an object`);
  const licence = text(manifest.license);
  if (licence === '') throw new Error(`${text(manifest.name)} is in the site and names no licence`);
  const repository = isRecord(manifest.repository) ? manifest.repository.url : manifest.repository;
  const file = readdirSync(folder).find((name) => LICENCE_FILE.test(name));
  const common = OWN_TEXT[text(manifest.name)] ?? COMMON_TEXT[licence];
  const textFile = file === undefined ? common : join(folder, file);
  return {
    name: text(manifest.name),
    version: text(manifest.version),
    licence,
    home: text(manifest.homepage) || text(repository).replace(/^git\+/, ''),
    text: textFile === undefined ? '' : readFileSync(textFile, 'utf8').trim(),
  };
}

/** The table of LICENSES.md. */
function works(): ShippedWork[] {
  return readFileSync('LICENSES.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, what = '']) => !/not shipped|not in the site/.test(what))
    .map(([, what = '', from = '', licence = '']) => ({
      what,
      from: from.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1'),
      href: /\]\((https:[^)]+)\)/.exec(from)?.[1] ?? '',
      licence,
    }));
}

/**
 * Lists what the site ships and under which licence, as `licences.json`, for the page `#/about`. `page` goes to the site's
 * own plugins, `worker` to those of its workers.
 *
 * @param also packages that no module shows: fonts, and the service worker, which is built later
 */
export function licences(also: readonly string[]): { page: Plugin; worker: () => Plugin } {
  const folders = new Set<string>();
  const collect = (bundle: Readonly<Record<string, { type: string; moduleIds?: string[] }>>): void => {
    for (const { moduleIds = [] } of Object.values(bundle))
      for (const id of moduleIds) {
        const folder = packageFolder(id);
        if (folder !== undefined) folders.add(folder);
      }
  };
  return {
    worker: () => ({
      name: 'atelier-licences-of-workers',
      generateBundle(_options, bundle) {
        collect(bundle);
      },
    }),
    page: {
      name: 'atelier-licences',
      apply: 'build',
      generateBundle(_options, bundle) {
        collect(bundle);
        for (const name of also) folders.add(join(process.cwd(), 'node_modules', name));
        const packages = [...folders].map(describePackage).sort((a, b) => a.name.localeCompare(b.name, 'en'));
        const source = JSON.stringify({ packages, works: works() });
        this.emitFile({ type: 'asset', fileName: 'licences.json', source });
      },
    },
  };
}
