import type { JSHandle, Page } from '@playwright/test';
import { watchRun } from '../../cli/look/in-page.ts';
import type { LookPage } from '../../cli/look/page.ts';
import { mainThreadTasks, TASK_CATEGORIES, type TaskEvent } from './main-thread.ts';
import { row, type Row } from './row.ts';
import { trace } from './trace.ts';

const MANY = 20_000;
/** Of the many so many are indexed: by then the names are stored, the list grows and the bar moves. */
const MANY_INDEXED = 200;
const LIMIT_MS = 600_000;
const LARGEST_K = 200;
const LARGEST_ASKED = 10;

/**
 * Files for the page, chosen beforehand: DevTools asks the browser's process for the type of each, one after the other, on
 * the page's main thread, which a person who chooses files does not have.
 */
async function choose(page: Page, paths: readonly string[]): Promise<JSHandle<DataTransfer>> {
  const input = await page.evaluateHandle(() => {
    const made = document.createElement('input');
    made.type = 'file';
    made.multiple = true;
    made.hidden = true;
    document.body.append(made);
    return made;
  });
  await input.asElement()?.setInputFiles([...paths]);
  const chosen = await input.evaluateHandle((made) => {
    made.remove();
    const files = new DataTransfer();
    for (const file of made.files ?? []) files.items.add(file);
    return files;
  });
  await input.dispose();
  return chosen;
}

/** Small pictures, each of another colour: bitmaps of 8 × 8 pixels. */
function makeMany(page: Page): Promise<JSHandle<DataTransfer>> {
  return page.evaluateHandle((count) => {
    const header = 54;
    const side = 8;
    const files = new DataTransfer();
    for (let number = 0; number < count; number += 1) {
      const bytes = new Uint8Array(header + side * side * 3).fill(number & 255, header);
      const view = new DataView(bytes.buffer);
      view.setUint16(0, 0x42_4d);
      view.setUint32(2, bytes.length, true);
      view.setUint32(10, header, true);
      view.setUint32(14, 40, true);
      view.setInt32(18, side, true);
      view.setInt32(22, side, true);
      view.setUint16(26, 1, true);
      view.setUint16(28, 24, true);
      view.setUint32(header, number, true);
      files.items.add(new File([bytes], `${String(number).padStart(5, '0')}.bmp`, { type: 'image/bmp' }));
    }
    return files;
  }, MANY);
}

const give = (page: Page, files: JSHandle<DataTransfer>): Promise<void> =>
  page.evaluate((chosen) => {
    const input = document.querySelector<HTMLInputElement>('input[type="file"][aria-label="Add pictures"]');
    if (input === null) throw new Error('the page has no file input `Add pictures`');
    input.files = chosen.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }, files);

/** Durations, in milliseconds, of the main thread's tasks over a millisecond while photographs are indexed. */
export async function traceMainThread(look: LookPage, paths: readonly string[]): Promise<number[]> {
  const { page } = look;
  const chosen = await choose(page, paths);
  const run = await page.evaluateHandle(watchRun);
  const { events } = await trace<unknown, TaskEvent>(page, TASK_CATEGORIES, async () => {
    await give(page, chosen);
    await run.evaluate(({ marks }) => marks);
  });
  await chosen.dispose();
  return mainThreadTasks(events);
}

/** The rows about very many files at once. The run is stopped before its end: what is measured comes at its beginning. */
export async function manyFilesRows({ page }: LookPage): Promise<Row[]> {
  const many = await makeMany(page);
  const { events } = await trace<unknown, TaskEvent>(page, TASK_CATEGORIES, async () => {
    await give(page, many);
    await page.waitForFunction(
      (indexed) => {
        const bar = document.querySelector<HTMLElement>('[role="progressbar"][aria-label="Indexing"]');
        return Number(bar?.dataset.done ?? '0') >= indexed;
      },
      MANY_INDEXED,
      { timeout: LIMIT_MS, polling: 1000 },
    );
    await page.getByRole('group', { name: 'Indexing' }).getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('progressbar', { name: 'Indexing' }).waitFor({ state: 'hidden' });
  });
  await many.dispose();
  const tasks = mainThreadTasks(events);
  return [
    row({
      id: 'main-thread-many',
      what: `the longest main-thread task when ${MANY.toLocaleString('en')} files are given at once`,
      value: Math.max(0, ...tasks),
      unit: 'ms',
      must: { atMost: 100 },
      beside: { 'over 50 ms': tasks.filter((each) => each > 50).length, 'in all, s': sum(tasks) / 1000 },
    }),
  ];
}

/** The row about the longest list of results there is: questions one after the other, each drawn whole. */
export async function largestListRows(look: LookPage): Promise<Row[]> {
  const { page } = look;
  await look.choose('Graph (HNSW)', LARGEST_K);
  const ids = await page
    .getByRole('list', { name: 'Pictures' })
    .getByRole('listitem')
    .evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.id ?? ''));
  const asked = ids.slice(0, LARGEST_ASKED);
  const { events } = await trace<unknown, TaskEvent>(page, TASK_CATEGORIES, async () => {
    for (const id of asked) {
      await look.ask([id], { labels: true });
      await page
        .getByRole('list', { name: 'Most alike' })
        .locator('[data-rank]')
        .nth(LARGEST_K - 1)
        .waitFor();
    }
  });
  const tasks = mainThreadTasks(events);
  return [
    row({
      id: 'main-thread-k200',
      what: `the longest main-thread task while ${LARGEST_K} results are drawn`,
      value: Math.max(0, ...tasks),
      unit: 'ms',
      must: { atMost: 100 },
      beside: { questions: asked.length, 'over 50 ms': tasks.filter((each) => each > 50).length },
    }),
  ];
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
