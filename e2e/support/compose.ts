import { readFileSync } from 'node:fs';
import type { Download, Locator, Page } from '@playwright/test';
import { expect } from './site.ts';

/** A note as the table of the page tells it. */
export interface NoteRow {
  readonly pitch: number;
  readonly start: string;
  readonly length: number;
  readonly by: string;
}

/** The page of Compose, by the names that a person meets. */
export class ComposePage {
  readonly page: Page;
  readonly roll: Locator;
  readonly status: Locator;

  constructor(page: Page) {
    this.page = page;
    this.roll = page.getByRole('application', { name: 'Piano roll' });
    this.status = page.getByRole('status', { name: 'Compose status' });
  }

  async open(url: string, hash = '#/compose'): Promise<void> {
    await this.page.goto(`${url}${hash}`);
    await this.ready();
  }

  /** The page with a sample melody on it. */
  static async with(page: Page, url: string, title: RegExp): Promise<ComposePage> {
    const compose = new ComposePage(page);
    await compose.open(url);
    await compose.melody(title);
    return compose;
  }

  async ready(): Promise<void> {
    await expect(this.page.getByRole('main')).toHaveAttribute('data-ready', 'true');
  }

  async melody(title: RegExp): Promise<void> {
    const select = this.page.getByRole('combobox', { name: 'Melody' });
    const label = await select.locator('option').filter({ hasText: title }).first().textContent();
    await select.selectOption({ label: label ?? '' });
    await expect(this.roll).not.toHaveAttribute('data-notes', '0');
  }

  async count(): Promise<number> {
    return Number(await this.roll.getAttribute('data-notes'));
  }

  /** The notes by the table, which is opened for that. */
  async notes(): Promise<NoteRow[]> {
    const table = this.page.locator('details').filter({ hasText: 'Notes as a table' });
    if ((await table.getAttribute('open')) === null) await table.getByText('Notes as a table').click();
    const more = table.getByRole('button', { name: 'Show more' });
    while (await more.isVisible()) await more.click();
    await expect(table.locator('tbody tr')).toHaveCount(await this.count());
    return table.locator('tbody tr').evaluateAll((rows) =>
      rows.map((row) => {
        const field = (name: string): number =>
          row.querySelector<HTMLInputElement>(`input[aria-label^="${name} of"]`)?.valueAsNumber ?? 0;
        return {
          pitch: field('Pitch'),
          start: row.getAttribute('data-start') ?? '',
          length: field('Length'),
          by: row.querySelector('[data-author]')?.textContent.trim() ?? '',
        };
      }),
    );
  }

  /** What a button saves. */
  async saved(button: string): Promise<Download> {
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      this.page.getByRole('button', { name: button }).click(),
    ]);
    return download;
  }

  /** A slider, by its value. */
  async set(name: string, value: number): Promise<void> {
    await this.page.getByRole('slider', { name, exact: true }).fill(String(value));
  }

  async compose(): Promise<void> {
    await this.page.getByRole('button', { name: 'Compose', exact: true }).click();
    // The click itself begins the run, and a short one may be over before it can be seen.
    await expect(this.page.getByRole('progressbar', { name: 'Composing' })).toBeHidden({ timeout: 60_000 });
    await expect(this.status).toHaveText(/^\d+ notes?, \d+ added, \d+ removed/);
  }
}

/** The bytes of a download. */
export async function bytesOf(download: Download): Promise<Buffer> {
  return readFileSync(await download.path());
}

/** The piece that was written last, as the database has it. */
export const storedPiece = (page: Page): Promise<{ readonly title: string; readonly notes: number }> =>
  page.evaluate(
    () =>
      new Promise<{ title: string; notes: number }>((resolve, reject) => {
        const opening = indexedDB.open('atelier-compose');
        opening.onerror = () => reject(new Error('no database'));
        opening.onsuccess = () => {
          const all = opening.result.transaction('pieces').objectStore('pieces').getAll();
          all.onsuccess = () => {
            const rows = all.result as {
              changedAtMs: number;
              composition: { draft: { title: string; score: { notes: unknown[] } } };
            }[];
            opening.result.close();
            const draft = rows.toSorted((a, b) => b.changedAtMs - a.changedAtMs)[0]?.composition.draft;
            resolve({ title: draft?.title ?? '', notes: draft?.score.notes.length ?? 0 });
          };
        };
      }),
  );
