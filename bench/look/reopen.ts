import type { Page } from '@playwright/test';

export interface Reopened {
  /** From the navigation to the first answer in the DOM, milliseconds. */
  readonly firstAnswerMs: number;
  readonly firstEngine: string;
  /** From the navigation to the first answer that the graph gave. */
  readonly graphMs: number;
}

const LIMIT_MS = 120_000;

declare global {
  interface Window {
    firstAnswer?: { readonly ms: number; readonly engine: string };
  }
}

/** Notes when the first answer is in the DOM. Runs in the page before anything of the site does. */
function noteFirstAnswer(): void {
  const observer = new MutationObserver(() => {
    const list = document.querySelector<HTMLElement>(
      '[role="list"][aria-label="Most alike"][aria-busy="false"]',
    );
    if (!list?.querySelector('[data-rank="1"]')) return;
    observer.disconnect();
    window.firstAnswer = { ms: performance.now(), engine: list.dataset.engine ?? '' };
  });
  observer.observe(document, { subtree: true, childList: true, attributes: true });
}

/**
 * Opens the page at a query, in a browser that was started anew on a profile with the collection in it.
 *
 * @param page that has been nowhere yet
 * @param url of the site
 * @param collection to open
 */
export async function timeReopening(page: Page, url: string, collection: number): Promise<Reopened> {
  await page.addInitScript(noteFirstAnswer);
  await page.goto(`${url}#/look?collection=${collection}&like=1`);
  await page.waitForFunction(() => window.firstAnswer !== undefined, undefined, { timeout: LIMIT_MS });
  const first = await page.evaluate(() => window.firstAnswer);
  if (first === undefined) throw new Error('the first answer was lost');
  const graphMs = await page.evaluate(askUntilGraph, LIMIT_MS);
  return { firstAnswerMs: first.ms, firstEngine: first.engine, graphMs };
}

/** Asks one picture after the other until the graph answers; when that was. Runs in the page. */
async function askUntilGraph(limitMs: number): Promise<number> {
  const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));
  for (let id = 1; performance.now() < limitMs; id += 1) {
    const find = `[role="list"][aria-label="Most alike"][aria-busy="false"][data-query-id="${id}"]`;
    location.hash = location.hash.replace(/like=\d+/, `like=${id}`);
    let list: HTMLElement | null = null;
    while (list === null && performance.now() < limitMs) {
      await frame();
      list = document.querySelector<HTMLElement>(find);
    }
    if (list?.dataset.engine === 'hnsw') return performance.now();
  }
  throw new Error('the graph never answered');
}
