/** Files over 500 lines fail, names of machines and absolute paths of a developer's disk too. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const MAX_LINES = 500;
const COUNTED = /\.(ts|js|mjs|cjs|svelte|css|py|html)$/;

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => COUNTED.test(file) && existsSync(file));

const tooLong = files
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length }))
  .filter(({ lines }) => lines > MAX_LINES);

for (const { file, lines } of tooLong)
  console.error(`${file}: ${lines} lines, at most ${MAX_LINES} are allowed`);
if (tooLong.length > 0) process.exit(1);
