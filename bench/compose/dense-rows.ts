import { mainThreadTasks, TASK_CATEGORIES, type TaskEvent } from '../look/main-thread.ts';
import { row, type Row } from '../look/row.ts';
import { trace } from '../look/trace.ts';
import { manyNotes, MANY_NOTES, openCompose, openPiece, savedFile } from './pieces.ts';

const BARS = 64;
const PLAYED_SEC = 5;
const RENDER_LIMIT_MS = 300_000;

/** Very many notes in the longest piece: the main thread while it is opened, played for the first time, and written as a WAV. */
export async function denseRows(url: string): Promise<Row[]> {
  const compose = await openCompose(url);
  const { page, folder } = compose;
  const longest = async (what: string, id: string, work: () => Promise<void>): Promise<Row> => {
    const { events } = await trace<unknown, TaskEvent>(page, TASK_CATEGORIES, work);
    const tasks = mainThreadTasks(events);
    return row({
      id: `dense-${id}`,
      what: `the longest main-thread task while ${MANY_NOTES.toLocaleString('en')} notes in ${BARS} bars are ${what}`,
      value: tasks.reduce((most, each) => Math.max(most, each), 0),
      unit: 'ms',
      must: { atMost: 100 },
      beside: { 'over 50 ms': tasks.filter((each) => each > 50).length, 'tasks over 1 ms': tasks.length },
    });
  };
  try {
    const file = savedFile('dense', BARS, manyNotes(BARS), 'piano');
    return [
      await longest('opened', 'opened', () => openPiece(page, folder, file, 'dense')),
      await longest('played for the first time', 'played', async () => {
        await page.getByRole('button', { name: 'Play', exact: true }).click();
        await page.waitForFunction(() => globalThis.window.taps?.hasOutput() === true);
        const started = await page.evaluate(() => performance.now());
        await page.waitForFunction((endMs) => performance.now() > endMs, started + 1000 * PLAYED_SEC);
        await page.getByRole('button', { name: 'Stop playing' }).click();
      }),
      await longest('written as a WAV', 'wav', async () => {
        const saved = page.waitForEvent('download', { timeout: RENDER_LIMIT_MS });
        await page.getByRole('button', { name: 'Export WAV' }).click();
        await saved;
      }),
    ];
  } finally {
    await compose.close();
  }
}
