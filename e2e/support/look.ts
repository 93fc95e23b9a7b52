import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';

/** 160 photographs of clothes in folders by class: they ship with the site, and serve as test pictures. */
export const SAMPLE_DIR = 'public/samples/clothing';

/** Paths of sample pictures, some of each class, in a fixed order. */
export function samplePictures(perClass: number): string[] {
  return readdirSync(SAMPLE_DIR, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(join(SAMPLE_DIR, name))
        .toSorted()
        .slice(0, perClass)
        .map((file) => join(SAMPLE_DIR, name, file)),
    );
}

export interface Hit {
  readonly id: number;
  readonly name: string;
  readonly rank: number;
  readonly similarity: number;
  readonly distance: number;
}

/** The page of Look, by the names that a person meets. */
export class LookPage {
  readonly page: Page;
  readonly status: Locator;
  readonly pictures: Locator;
  readonly results: Locator;

  constructor(page: Page) {
    this.page = page;
    this.status = page.getByRole('status', { name: 'Look status' });
    this.pictures = page.getByRole('list', { name: 'Pictures' });
    this.results = page.getByRole('list', { name: 'Most alike' });
  }

  async open(url: string): Promise<void> {
    await this.page.goto(`${url}#/look`);
    await expect(this.page.getByRole('main')).toHaveAttribute('data-ready', 'true');
  }

  async add(files: string | string[]): Promise<void> {
    await this.page.getByLabel('Add pictures').setInputFiles(files);
  }

  /** Waits until so many pictures are stored and nothing runs. */
  async ready(count: number): Promise<void> {
    await expect(this.status).toContainText(`${count} pictures ready`, { timeout: 90_000 });
  }

  /** Clicks the n-th picture of the collection and waits for its answer. */
  async searchByPicture(index: number): Promise<string> {
    return await this.searchBy(this.pictures.getByRole('listitem').nth(index));
  }

  /** Searches by the picture of this file. */
  async searchByName(file: string): Promise<string> {
    return await this.searchBy(this.pictures.locator(`[data-name="${basename(file)}"]`));
  }

  private async searchBy(item: Locator): Promise<string> {
    const id = (await item.getAttribute('data-id')) ?? '';
    await item.getByRole('button').click();
    await this.answered(id);
    return id;
  }

  /** Opens the page with these pictures in it. */
  async start(url: string, files: string[]): Promise<void> {
    await this.open(url);
    await this.add(files);
    await this.ready(files.length);
  }

  /** Does something that asks a new question, waits for its answer, and says what the question is. */
  async asked(act: () => Promise<void>): Promise<string> {
    const before = (await this.results.count()) === 0 ? '' : await this.queryId();
    await act();
    await expect.poll(() => this.queryId()).not.toBe(before);
    await expect(this.results).toHaveAttribute('aria-busy', 'false');
    return this.queryId();
  }

  async queryId(): Promise<string> {
    return (await this.results.getAttribute('data-query-id')) ?? '';
  }

  /** The search box: what is dropped or pasted here is searched by. */
  get box(): Locator {
    return this.page.getByRole('group', { name: 'What to search by' });
  }

  async answered(queryId: string): Promise<void> {
    await expect(this.results).toHaveAttribute('data-query-id', queryId);
    await expect(this.results).toHaveAttribute('aria-busy', 'false');
  }

  async hits(): Promise<Hit[]> {
    const rows = await this.results
      .getByRole('listitem')
      .evaluateAll((items) => items.map((item) => ({ ...(item as HTMLElement).dataset })));
    return rows.map((row) => ({
      id: Number(row.id),
      name: row.name ?? '',
      rank: Number(row.rank),
      similarity: Number(row.similarity),
      distance: Number(row.distance),
    }));
  }
}
