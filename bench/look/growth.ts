import { quantile } from '../../src/kernel/metrics.ts';
import type { Page } from '@playwright/test';
import type { OpenBrowser } from '../../cli/site/open-site.ts';
import '../pages/library-page.ts';
import { rendererBytes } from './processes.ts';
import type { Stage } from './stage.ts';

const QUERIES = 100;

/** One line of the growth table; sizes in bytes. */
export interface GrowthLine {
  readonly pictures: number;
  /** All pictures so far: until they were stored, and until the graph had them too. */
  readonly storeSeconds: number;
  readonly buildSeconds: number;
  /** Tidying, fitting and keeping the graph at this size. */
  readonly settleSeconds: number;
  /** Medians: the library's answer by the graph, the graph's own search in it, the exact engine, the naive scan. */
  readonly graphSearchMs: number;
  readonly graphAloneMs: number;
  readonly exactSearchMs: number;
  readonly naiveScanMs: number;
  /** recall@10 of the library's answers by the graph, and of the graph's own. */
  readonly recall: number;
  readonly recallAlone: number;
  readonly ef: number;
  /** Of the page's process, beyond what it had before the first picture. */
  readonly memory: number;
  readonly graphHeap: number;
  readonly vectors: number;
  readonly graph: number;
  readonly thumbnails: number;
  /** Names, sizes and hashes. */
  readonly rows: number;
  /** What IndexedDB takes by the browser's own count, beyond what it took before the first picture. */
  readonly disk: number;
}

/** What the page answered; it answers nothing only when it is gone. */
function need<T>(answer: T | undefined): T {
  if (answer === undefined) throw new Error('the page of the library is gone');
  return answer;
}

const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The page that drives the site's own library and graph workers. */
export class LibraryDriver {
  readonly #page: Page;
  readonly #profileDir: string;
  #storeSeconds = 0;
  #buildSeconds = 0;
  /** Of the page before the collection grew. */
  #emptyMemory = 0;
  #emptyDisk = 0;

  private constructor(page: Page, profileDir: string) {
    this.#page = page;
    this.#profileDir = profileDir;
  }

  static async open(stage: Stage, { page }: OpenBrowser, profileDir: string): Promise<LibraryDriver> {
    await page.goto(`${stage.siteUrl}bench/library.html`);
    await page.waitForFunction(() => window.library !== undefined);
    await page.evaluate((addresses) => window.library?.open(addresses), stage.workers);
    return new LibraryDriver(page, profileDir);
  }

  /** Reads the photographs of a collection, and makes the one that grows. */
  async begin(real: number): Promise<number> {
    const collection = need(await this.#page.evaluate((from) => window.library?.begin(from), real));
    this.#emptyMemory = rendererBytes(this.#profileDir);
    this.#emptyDisk = await this.#disk();
    return collection;
  }

  /** Makes a collection of so many pictures, without a graph. @returns its id */
  async fill(real: number, size: number): Promise<number> {
    const collection = need(await this.#page.evaluate((from) => window.library?.begin(from), real));
    await this.#page.evaluate((to) => window.library?.fill(to), size);
    return collection;
  }

  /** Goes on with the growing collection in a fresh browser. */
  async goOn(real: number, collection: number, other: LibraryDriver): Promise<void> {
    const from = [real, collection] as const;
    await this.#page.evaluate(([photographs, growing]) => window.library?.goOn(photographs, growing), from);
    this.#storeSeconds = other.#storeSeconds;
    this.#buildSeconds = other.#buildSeconds;
    this.#emptyMemory = other.#emptyMemory;
    this.#emptyDisk = other.#emptyDisk;
  }

  /** Grows the collection and measures it. */
  async measure(size: number): Promise<GrowthLine> {
    const page = this.#page;
    const grown = need(await page.evaluate((to) => window.library?.grow(to), size));
    this.#storeSeconds += grown.storeMs / 1000;
    this.#buildSeconds += grown.graphMs / 1000;
    const settleMs = need(await page.evaluate(() => window.library?.settle()));
    const times = need(await page.evaluate((queries) => window.library?.searches(queries), QUERIES));
    const { ef } = need(await page.evaluate(() => window.library?.quality()));
    const bytes = need(await page.evaluate(() => window.library?.stored()));
    return {
      pictures: size,
      storeSeconds: this.#storeSeconds,
      buildSeconds: this.#buildSeconds,
      settleSeconds: settleMs / 1000,
      graphSearchMs: median(times.graph),
      graphAloneMs: median(times.graphAlone),
      exactSearchMs: median(times.exact),
      naiveScanMs: median(times.naive),
      recall: times.recall,
      recallAlone: times.recallAlone,
      ef,
      memory: rendererBytes(this.#profileDir) - this.#emptyMemory,
      graphHeap: bytes.graphHeap,
      vectors: bytes.ofCollection.vectors,
      graph: bytes.ofCollection.graphs,
      thumbnails: bytes.ofCollection.thumbnails,
      rows: bytes.ofCollection.pictures,
      disk: bytes.disk - this.#emptyDisk,
    };
  }

  async #disk(): Promise<number> {
    return need(await this.#page.evaluate(() => window.library?.stored())).disk;
  }
}
