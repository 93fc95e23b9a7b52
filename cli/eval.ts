/** `npm run eval -- STUDIO …`: how good a studio's answers are: Look's asked of the built site in a real browser. */
import { UsageError } from './look/folders.ts';
import { evalCompose } from './compose/eval.ts';
import { evalLook } from './look/eval.ts';

const USAGE = `usage: npm run eval -- look --dir DIR [--labels] [--json FILE]
       npm run eval -- compose --data Jsb16thSeparated.json [--limit N] [--risk T] [--no-veto] [--json FILE] [--rolls FILE]`;

const [studio, ...rest] = process.argv.slice(2);
try {
  if (studio === 'look') await evalLook(rest);
  else if (studio === 'compose') await evalCompose(rest);
  else throw new UsageError(studio === undefined ? USAGE : `no such studio: ${studio}`);
} catch (thrown) {
  if (!(thrown instanceof UsageError)) throw thrown;
  console.error(thrown.message);
  process.exitCode = 2;
}
