/** `npm run bench -- STUDIO …`: measures a studio in a real browser; exits with 1 when a figure misses its bound. */
import { parseArgs } from 'node:util';
import { UsageError } from '../cli/look/folders.ts';
import { benchLook } from './look/bench.ts';

const USAGE = 'usage: npm run bench -- look [--dir DIR] [--only PART] [--sizes N,N]';

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { dir: { type: 'string' }, only: { type: 'string' }, sizes: { type: 'string' } },
  });
  const [studio] = positionals;
  if (studio !== 'look') throw new UsageError(studio === undefined ? USAGE : `no such studio: ${studio}`);
  if (!(await benchLook({ dir: values.dir, only: values.only, sizes: values.sizes }))) process.exitCode = 1;
} catch (thrown) {
  if (!(thrown instanceof UsageError) && !(thrown instanceof TypeError && 'code' in thrown)) throw thrown;
  console.error(thrown.message);
  process.exitCode = 2;
}
