/** Every static check of the project, as many at once as there are processors; stops at nothing, fails on any warning. */
import { runSteps, type Step } from './run-steps.ts';

const tsc = (config: string): Step => ({ name: `types ${config}`, command: ['npx', 'tsc', '-p', config] });

await runSteps(
  [
    { name: 'format', command: ['npx', 'prettier', '--check', '--log-level', 'warn', '.'] },
    { name: 'lint', command: ['npx', 'eslint', '--max-warnings', '0', '.'] },
    tsc('tsconfig.engine.json'),
    tsc('tsconfig.sw.json'),
    tsc('tsconfig.node.json'),
    {
      name: 'types of the site',
      command: [
        'npx',
        'svelte-check',
        '--tsconfig',
        './tsconfig.json',
        '--fail-on-warnings',
        '--output',
        'human',
      ],
    },
    {
      name: 'import rule',
      command: ['npx', 'depcruise', '--config', '.dependency-cruiser.cjs', 'src', 'cli', 'bench', 'e2e'],
    },
    { name: 'unused code', command: ['npx', 'knip', '--max-show-issues', '40'] },
    { name: 'file sizes', command: ['npx', 'tsx', 'scripts/check-files.ts'] },
    { name: 'build', command: ['npm', 'run', '--silent', 'build'] },
    { name: 'weight of the site', command: ['npx', 'size-limit'], after: 'build' },
  ],
  { keepGoing: true, atOnce: true },
);
