/** `npm run eval -- STUDIO …`: how good a studio's answers are, asked of the built site in a real browser. */
import { UsageError } from './look/folders.ts';
import { evalLook } from './look/eval.ts';

const USAGE = 'usage: npm run eval -- look --dir DIR [--labels] [--json FILE]';

const [studio, ...rest] = process.argv.slice(2);
try {
  if (studio !== 'look') throw new UsageError(studio === undefined ? USAGE : `no such studio: ${studio}`);
  await evalLook(rest);
} catch (thrown) {
  if (!(thrown instanceof UsageError)) throw thrown;
  console.error(thrown.message);
  process.exitCode = 2;
}
