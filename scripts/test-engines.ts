/**
 * Tests against what others made: a real Chroma server, which is started and stopped here, numpy and pyarrow as readers of
 * the exported files, and ResNet-50 at full size by torchvision's and Keras's own code, with random weights. Needs Python
 * 3.11 to 3.13 with venv, and on the first run a network that reaches PyPI (PyTorch alone is some gigabytes); the packages
 * and the networks are kept in a folder of the system's cache, outside this one. Not part of `npm test`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { findBrowser } from './find-browser.ts';
import { runSteps } from './run-steps.ts';

const REQUIREMENTS = 'scripts/engines-requirements.txt';
const PYTHONS = ['python3.13', 'python3.12', 'python3.11', 'python3', 'python'];
const NETWORKS = 'src/studios/look/engine/testing/networks/make.py';
const NEEDS = 'Python 3.11 to 3.13 with the module venv is needed (ATELIER_PYTHON names one).';
const isWindows = process.platform === 'win32';

/** A Python of the right version, or the end of the script. */
function findPython(): string {
  const given = process.env.ATELIER_PYTHON;
  const check = 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))';
  const found = (given === undefined ? PYTHONS : [given]).find(
    (python) => spawnSync(python, ['-c', check]).status === 0,
  );
  if (found === undefined) {
    console.error(NEEDS);
    process.exit(1);
  }
  return found;
}

/** The folder with the packages, made or brought up to date when the list of them has changed. */
function prepare(): { readonly bin: string; readonly networks: string } {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const venv = resolve(process.env.ATELIER_ENGINES_VENV ?? join(cache, 'atelier-engines'));
  const stamp = join(venv, 'requirements.txt');
  const wanted = readFileSync(REQUIREMENTS, 'utf8');
  const bin = join(venv, isWindows ? 'Scripts' : 'bin');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    console.log(`Installing ${wanted.trim().split('\n').join(', ')} into ${venv}`);
    mkdirSync(venv, { recursive: true });
    const steps: readonly [string, readonly string[]][] = [
      [findPython(), ['-m', 'venv', venv]],
      [join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', '-r', REQUIREMENTS]],
    ];
    for (const [command, args] of steps)
      if (spawnSync(command, args, { stdio: 'inherit' }).status !== 0) {
        console.error(`${command} ${args.join(' ')} failed. ${NEEDS}`);
        process.exit(1);
      }
    writeFileSync(stamp, wanted);
  }
  return { bin, networks: join(venv, 'networks') };
}

const { bin, networks } = prepare();
const python = join(bin, isWindows ? 'python.exe' : 'python');
const browser = findBrowser();
await runSteps(
  [
    { name: 'engines and readers', command: ['npx', 'vitest', 'run', '--project', 'engines'] },
    { name: 'ResNet-50 is made', command: [python, NETWORKS, networks, '--full'] },
    {
      name: 'ResNet-50 at full size',
      command: [
        'npx',
        'vitest',
        'run',
        '--project',
        'unit',
        '--testTimeout=300000',
        'src/studios/look/worker/resnet.test.ts',
      ],
    },
    { name: 'engines from the page', command: ['npx', 'playwright', 'test', 'e2e/engines'] },
  ],
  {
    keepGoing: true,
    env: {
      ATELIER_BROWSER: browser,
      ATELIER_CHROMA: join(bin, isWindows ? 'chroma.exe' : 'chroma'),
      ATELIER_NETWORKS: networks,
      ATELIER_PYTHON: python,
    },
  },
);
