import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { BrowserContext, Page } from '@playwright/test';
import { crash, Profile } from '../support/faults.ts';
import { manyPictures, withFolder } from '../support/files.ts';
import { LookPage } from '../support/look.ts';
import { randomBy, SEED } from '../support/random.ts';
import { expect, test } from '../support/site.ts';
import { mostAlike, readStore, type StoredCollection } from '../support/store.ts';

const PICTURES = 200;
/** Faults that hit one profile, one after the other, at most. */
const A_PROFILE = 4;
const IS_LONG = process.env.ATELIER_LONG === '1';
const MOMENTS = IS_LONG ? 20 : 3;
/** Where the long form leaves what happened. */
const REPORT = 'bench/results/look-faults.json';
/** Progress is told every 400 ms; the fault comes some time before the next telling, or with it. */
const LATER_MS = 450;

/** How many pictures `Indexing` says are done, as the page says it: a fault may come between two polls. */
class Acknowledged {
  count = 0;
  #waiting: { at: number; go: () => void }[] = [];

  async watch(page: Page): Promise<void> {
    this.count = 0;
    this.#waiting = [];
    await page.exposeFunction('acknowledge', (done: number) => {
      this.count = Math.max(this.count, done);
      for (const { go } of this.#waiting.filter(({ at }) => at <= this.count)) go();
    });
    await page.evaluate(() => {
      const { acknowledge } = window as unknown as { acknowledge: (done: number) => void };
      new MutationObserver(() => {
        const bar = document.querySelector('[role="progressbar"][aria-label="Indexing"]');
        const done = Number(bar?.getAttribute('data-done') ?? 0);
        if (done > 0) acknowledge(done);
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
    });
  }

  reach(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ at: count, go: resolve });
      if (this.count >= count) resolve();
    });
  }
}

async function openedStore(page: Page): Promise<StoredCollection> {
  const [collection, ...others] = await readStore(page);
  expect(others).toEqual([]);
  if (collection === undefined) throw new Error('the collection is gone');
  return collection;
}

/** Everything that was acknowledged is there, once, whole, and found. */
async function expectIntact(look: LookPage, acknowledged: number): Promise<number> {
  const stored = await openedStore(look.page);
  const { pictures } = stored;
  expect(pictures.length).toBeGreaterThanOrEqual(acknowledged);
  expect(stored.count).toBe(pictures.length);
  expect(new Set(pictures.map(({ hash }) => hash)).size).toBe(pictures.length);
  expect(new Set(pictures.map(({ name }) => name)).size).toBe(pictures.length);
  expect(pictures.filter(({ hasThumb, vector }) => !hasThumb || vector === undefined)).toEqual([]);
  await expect(look.pictures).toHaveAttribute('data-total', String(pictures.length));

  await look.page.getByRole('radio', { name: 'Exact' }).check();
  const id = Number(await look.searchByPicture(0));
  const expected = mostAlike(stored, id, 12);
  const hits = await look.hits();
  expect(hits.map((hit) => hit.id)).toEqual(expected.map((hit) => hit.id));
  hits.forEach(({ similarity }, at) => expect(similarity).toBeCloseTo(expected[at]?.similarity ?? NaN, 5));
  return pictures.length;
}

/** The page says how many files are still to come. A run that met stored files may not have struck all of those off. */
async function expectReminder({ page }: LookPage, missing: number, isExact: boolean): Promise<void> {
  if (missing === 0) return;
  const reminder = page.getByText(/\d+ files? of the last visit (is|are) not indexed yet/);
  await expect(reminder).toBeVisible();
  const said = Number(/\d+/.exec(await reminder.innerText())?.[0]);
  if (isExact) expect(said).toBe(missing);
  else expect(said).toBeGreaterThanOrEqual(missing);
}

async function openLook(context: BrowserContext, url: string): Promise<LookPage> {
  const look = new LookPage(await context.newPage());
  await look.open(url);
  return look;
}

interface Fault {
  readonly how: string;
  /** Of the pictures of this run, as the page counted them. */
  readonly acknowledged: number;
  /** In the store after the restart. */
  readonly stored: number;
}

async function indexThroughFaults(url: string, files: string[], moments: number[], random: () => number) {
  const profile = await Profile.create();
  const faults: Fault[] = [];
  try {
    let context = await profile.launch();
    let look = await openLook(context, url);
    const acknowledged = new Acknowledged();
    let there = 0;
    for (const moment of moments) {
      await acknowledged.watch(look.page);
      await look.add(files);
      await acknowledged.reach(Math.min(files.length, Math.max(moment, there + 1)));
      await after(random() * LATER_MS);
      const how = random() < 0.5 ? 'crash of the page' : 'SIGKILL of the browser';
      if (how === 'crash of the page') {
        await crash(look.page);
      } else {
        await profile.kill();
        context = await profile.launch();
      }
      look = await openLook(context, url);
      there = await expectIntact(look, acknowledged.count);
      await expectReminder(look, files.length - there, faults.length === 0);
      faults.push({ how, acknowledged: acknowledged.count, stored: there });
      console.log(`${how} at ${acknowledged.count} acknowledged: ${there} stored`);
    }
    await look.add(files);
    await look.ready(files.length);
    look = await openLook(context, url);
    expect(await expectIntact(look, files.length)).toBe(files.length);
    await profile.close();
  } finally {
    await profile.remove();
  }
  return faults;
}

test('nothing acknowledged is lost when the page crashes or the browser is killed', async ({ site }) => {
  test.setTimeout(MOMENTS * 120_000);
  console.log(`${MOMENTS} random moments, ATELIER_SEED=${SEED}`);
  const random = randomBy(SEED);
  await withFolder(async (folder) => {
    const files = await manyPictures(folder, PICTURES);
    const faults: Fault[] = [];
    while (faults.length < MOMENTS) {
      const howMany = Math.min(MOMENTS - faults.length, A_PROFILE);
      const moments = Array.from({ length: howMany }, () => Math.ceil(random() * (PICTURES - 1)));
      moments.sort((a, b) => a - b);
      faults.push(...(await indexThroughFaults(site.url, files, moments, random)));
    }
    if (!IS_LONG) return;
    const report = {
      command: 'ATELIER_LONG=1 npm run test:e2e -- e2e/look/nothing-lost',
      seed: SEED,
      pictures: PICTURES,
      lost: 0,
      faults,
    };
    await mkdir(dirname(REPORT), { recursive: true });
    await writeFile(REPORT, `${JSON.stringify(report, undefined, 2)}\n`);
  });
});
