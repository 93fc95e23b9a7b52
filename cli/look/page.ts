import type { Page } from '@playwright/test';
import { ask, listPictures, watchRun, type Answer, type Listed, type RunMarks } from './in-page.ts';

const OPEN_LIMIT_MS = 60_000;
/** Questions of one call into the page: progress can be printed in between. */
const QUESTIONS_A_CALL = 100;

export type EngineName = 'Graph (HNSW)' | 'Exact';

/** The page of Look, driven by the names that a person meets. */
export class LookPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(url: string, parameters = ''): Promise<void> {
    await this.page.goto(`${url}#/look${parameters}`);
    await this.page.locator('main[data-ready="true"]').waitFor({ timeout: OPEN_LIMIT_MS });
  }

  /**
   * Gives files, or a folder, to the page and waits until it is at rest again.
   *
   * @param input the accessible name of the file input
   * @param paths files, or one folder
   */
  async index(
    input: 'Add pictures' | 'Add a folder',
    paths: string | readonly string[],
    limitMs: number,
  ): Promise<RunMarks> {
    const run = await this.page.evaluateHandle(watchRun);
    const given = typeof paths === 'string' ? paths : [...paths];
    await this.page.getByLabel(input, { exact: true }).setInputFiles(given);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`the page was not at rest after ${limitMs / 1000} s`)),
        limitMs,
      );
    });
    try {
      return await Promise.race([run.evaluate(({ marks }) => marks), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  pictures(): Promise<Listed[]> {
    return this.page.evaluate(listPictures);
  }

  async choose(engine: EngineName, k: number): Promise<void> {
    const many = this.page.getByRole('spinbutton', { name: 'How many' });
    await many.fill(String(k));
    await many.press('Enter');
    await many.blur();
    await this.page.getByRole('radio', { name: engine, exact: true }).check({ force: true });
  }

  /** Clicks the first picture of the list: from then on the address holds a query that others can take the place of. */
  async clickFirst(): Promise<void> {
    await this.page.getByRole('list', { name: 'Pictures' }).getByRole('button').first().click();
    await this.page.locator('[aria-label="Most alike"][aria-busy="false"]').waitFor();
  }

  async ask(ids: readonly string[], options: { labels: boolean }): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (let from = 0; from < ids.length; from += QUESTIONS_A_CALL) {
      const some = ids.slice(from, from + QUESTIONS_A_CALL);
      answers.push(...(await this.page.evaluate(ask, { ids: some, ...options })));
    }
    return answers;
  }

  /** Waits until the graph of the open collection is built and measured. */
  async graphReady(limitMs: number): Promise<string> {
    const quality = this.page.getByRole('status', { name: 'Index quality' });
    await quality.filter({ hasText: /recall@\d+ [\d.]+/ }).waitFor({ timeout: limitMs });
    return quality.innerText();
  }
}
