import { mkdirSync, writeFileSync } from 'node:fs';
import { UsageError } from '../../cli/look/folders.ts';
import { browserVersion } from '../../scripts/browser-version.ts';
import { findBrowser } from '../../scripts/find-browser.ts';
import { describeMachine } from '../look/machine.ts';
import { sayRows, tableOfRows, type Row } from '../look/row.ts';
import { visitRows } from './visits.ts';
import { wordRows } from './words.ts';

const RESULTS = 'bench/results';
const PARTS = ['visits', 'words'] as const;

interface DoorbellOptions {
  /** More recordings with known text. */
  readonly dir: string | undefined;
  /** One of `PARTS`; its rows are printed and not kept. */
  readonly only: string | undefined;
}

/**
 * Everything that is measured of Doorbell.
 *
 * @returns whether every row is within its bound
 */
export async function benchDoorbell({ dir, only }: DoorbellOptions): Promise<boolean> {
  if (only !== undefined && !PARTS.some((part) => part === only))
    throw new UsageError(`--only takes one of: ${PARTS.join(', ')}`);
  const machine = describeMachine(await browserVersion(findBrowser()));
  const rows: Row[] = [];
  const say = (some: readonly Row[]): void => {
    rows.push(...some);
    sayRows(some);
  };
  if (only !== 'words') say(visitRows());
  if (only !== 'visits') say(await wordRows(dir));
  const isWithin = rows.every(({ pass }) => pass);
  if (only !== undefined) return isWithin;
  const command = `npm run bench -- doorbell${dir === undefined ? '' : ' --dir DIR'}`;
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(`${RESULTS}/doorbell.json`, `${JSON.stringify({ machine, command, rows }, null, 2)}\n`);
  writeFileSync(
    `${RESULTS}/doorbell.md`,
    `# Doorbell: who is announced, and what is written down

\`${command}\`; commit ${machine.commit}. The readings are computed, not recorded (bench/doorbell/day.ts says how): seven days
at 10 Hz with visitors, some 20 to 60 s after another one, some who leave and return after 3 to 15 s, passers-by, cats, cars, showers of
rain, lost and stray echoes, and parcels that are left before the door.
The speech is recorded (bench/doorbell/speech/README.md), or Flite's (src/studios/doorbell/worker/fixtures/README.md). The browser's own
recognisers are not among the engines: an automated browser has none.

${tableOfRows(rows)}`,
  );
  return isWithin;
}
