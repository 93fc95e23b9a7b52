import { mkdirSync, writeFileSync } from 'node:fs';
import { browserVersion } from '../../scripts/browser-version.ts';
import { findBrowser } from '../../scripts/find-browser.ts';
import { describeMachine } from '../look/machine.ts';
import { sayRows, tableOfRows, type Row } from '../look/row.ts';
import { visitRows } from './visits.ts';

const RESULTS = 'bench/results';

/**
 * Everything that is measured of Doorbell.
 *
 * @returns whether every row is within its bound
 */
export async function benchDoorbell(): Promise<boolean> {
  const machine = describeMachine(await browserVersion(findBrowser()));
  const rows: Row[] = visitRows();
  sayRows(rows);
  const command = 'npm run bench -- doorbell';
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(`${RESULTS}/doorbell.json`, `${JSON.stringify({ machine, command, rows }, null, 2)}\n`);
  writeFileSync(
    `${RESULTS}/doorbell.md`,
    `# Doorbell: who is announced

\`${command}\`; commit ${machine.commit}. The readings are computed, not recorded (bench/doorbell/day.ts says how): seven days
at 10 Hz with visitors, passers-by, cats, cars, showers of rain, lost and stray echoes, and parcels that are left before the door.

${tableOfRows(rows)}`,
  );
  return rows.every(({ pass }) => pass);
}
