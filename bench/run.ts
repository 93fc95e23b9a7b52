/** `npm run bench -- STUDIO …`: measures a studio in a real browser; exits with 1 when a figure misses its bound. */
import { parseArgs } from 'node:util';
import { UsageError } from '../cli/look/folders.ts';
import { benchCompose, COMPOSE_PARTS } from './compose/bench.ts';
import { benchDoorbell } from './doorbell/bench.ts';
import { benchLook } from './look/bench.ts';
import { benchScale } from './look/scale.ts';

const USAGE = `usage: npm run bench -- look [--dir DIR] [--only PART] [--sizes N,N]
       npm run bench -- look-scale [--sizes N,N]
       npm run bench -- compose [--only PART]
       npm run bench -- doorbell [--dir DIR] [--only PART]`;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { dir: { type: 'string' }, only: { type: 'string' }, sizes: { type: 'string' } },
  });
  const [studio] = positionals;
  const { dir, only, sizes } = values;
  let isWithin: boolean;
  if (studio === 'look') isWithin = await benchLook({ dir, only, sizes });
  else if (studio === 'look-scale') isWithin = await benchScale(sizes);
  else if (studio === 'compose') {
    if (only !== undefined && !COMPOSE_PARTS.includes(only))
      throw new UsageError(`--only takes one of: ${COMPOSE_PARTS.join(', ')}`);
    isWithin = await benchCompose(only);
  } else if (studio === 'doorbell') isWithin = await benchDoorbell({ dir, only });
  else throw new UsageError(studio === undefined ? USAGE : `no such studio: ${studio}`);
  if (!isWithin) process.exitCode = 1;
} catch (thrown) {
  if (!(thrown instanceof UsageError) && !(thrown instanceof TypeError && 'code' in thrown)) throw thrown;
  console.error(thrown.message);
  process.exitCode = 2;
}
