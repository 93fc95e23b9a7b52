/**
 * `npm run test:long [-- --dir DIR] [--labels DIR]`: everything that `npm test` does, the faults in full, Lighthouse, and
 * every figure: eval and bench on the sample photographs or on a folder of class folders. Writes its report to
 * bench/results/test-long.md and .json.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeMachine } from '../bench/look/machine.ts';
import { findBrowser } from './find-browser.ts';
import { browserVersion } from './browser-version.ts';
import type { Step } from './run-steps.ts';

const FOLDER = 'bench/results';
const SAMPLE = 'public/samples/clothing';

const { values } = parseArgs({ options: { dir: { type: 'string' }, labels: { type: 'string' } } });
const { dir = SAMPLE, labels } = values;

interface LongStep extends Step {
  /** What the step writes: it goes into the report. */
  readonly result?: string;
}

const command = (...words: [string, ...string[]]): readonly [string, ...string[]] => words;
const evalStep = (name: string, folder: string, file: string, ...more: string[]): LongStep => {
  const result = `${FOLDER}/${file}`;
  const words = command(
    'npm',
    'run',
    '--silent',
    'eval',
    '--',
    'look',
    '--dir',
    folder,
    '--json',
    result,
    ...more,
  );
  return { name, command: words, result };
};

const steps: readonly LongStep[] = [
  { name: 'check', command: command('npm', 'run', '--silent', 'check') },
  { name: 'unit tests', command: command('npx', 'vitest', 'run', '--project', 'unit') },
  { name: 'browser tests', command: command('npx', 'vitest', 'run', '--project', 'browser') },
  {
    name: 'end-to-end tests, faults in full',
    command: command('npx', 'playwright', 'test'),
    result: `${FOLDER}/look-faults.json`,
  },
  {
    name: 'Lighthouse',
    command: command('npm', 'run', '--silent', 'lighthouse'),
    result: `${FOLDER}/lighthouse.json`,
  },
  evalStep('eval of Look', dir, 'look-eval.json'),
  ...(labels === undefined ? [] : [evalStep('labels of Look', labels, 'look-labels.json', '--labels')]),
  {
    name: 'bench of Look',
    command: command(
      ...(['npm', 'run', '--silent', 'bench', '--', 'look'] as const),
      ...(values.dir === undefined ? [] : ['--dir', values.dir]),
    ),
    result: `${FOLDER}/look.json`,
  },
  {
    name: 'bench of Compose',
    command: command('npm', 'run', '--silent', 'bench', '--', 'compose'),
    result: `${FOLDER}/compose.json`,
  },
  {
    name: 'bench of Doorbell',
    command: command('npm', 'run', '--silent', 'bench', '--', 'doorbell'),
    result: `${FOLDER}/doorbell.json`,
  },
];

const browser = findBrowser();
const env = { ...process.env, ATELIER_BROWSER: browser, ATELIER_LONG: '1' };

interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  readonly result?: unknown;
}

function runStep({ name, command: [program, ...args], result }: LongStep): Outcome {
  console.log(`\n== ${name}`);
  // What an earlier run wrote must not be taken for this one's.
  if (result !== undefined) rmSync(result, { force: true });
  const { status } = spawnSync(program, args, { stdio: 'inherit', env, shell: process.platform === 'win32' });
  const passed = status === 0;
  console.log(`${passed ? 'ok' : 'FAILED'}  ${name}`);
  if (result === undefined || !existsSync(result)) return { name, passed };
  return { name, passed, result: JSON.parse(readFileSync(result, 'utf8')) as unknown };
}

const machine = describeMachine(await browserVersion(browser));
const outcomes = steps.map(runStep);
const failed = outcomes.filter(({ passed }) => !passed);
writeFileSync(`${FOLDER}/test-long.json`, `${JSON.stringify({ machine, steps: outcomes }, null, 2)}\n`);
const lines = outcomes.map(
  ({ name, passed, result }) =>
    `| ${passed ? 'pass' : 'FAIL'} | ${name} | ${result === undefined ? '' : 'its figures are in test-long.json'} |`,
);
writeFileSync(
  `${FOLDER}/test-long.md`,
  `# Everything, in full

\`npm run test:long -- --dir DIR\` at commit ${machine.commit}, ${machine.browser}, ${machine.cores} cores of
${machine.processor}, ${machine.memoryGiB} GiB. The tables of speed and size are in [look.md](look.md),
[compose.md](compose.md) and [doorbell.md](doorbell.md).

| | step | |
| --- | --- | --- |
${lines.join('\n')}
`,
);
console.log(`\nsteps: ${outcomes.length - failed.length} passed, ${failed.length} failed`);
if (failed.length > 0) process.exit(1);
