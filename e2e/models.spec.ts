import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Page } from '@playwright/test';
import { LookPage, samplePictures } from './support/look.ts';
import { expect, test } from './support/site.ts';

const PATH = '/models/efficientnet-lite1/weights.safetensors';
const WEIGHTS = readFileSync(`.${PATH}`);
const HALF = Math.floor(WEIGHTS.length / 2);

type Trouble = (request: IncomingMessage, response: ServerResponse) => void;

/** A host in trouble with the weights: the first requests get these answers, later ones the file. */
function hostWith(troubles: Trouble[]) {
  const ranges: (string | undefined)[] = [];
  const intercept = (path: string, request: IncomingMessage, response: ServerResponse): boolean => {
    if (path !== PATH) return false;
    ranges.push(request.headers.range);
    const trouble = troubles.shift();
    trouble?.(request, response);
    return trouble !== undefined;
  };
  return { ranges, intercept };
}

/**
 * Sends half and holds its breath until the test lets it go on or cuts the line. It has to see first that the half has
 * arrived: what a broken connection had under way is lost.
 */
function half() {
  const held: { response?: ServerResponse } = {};
  const trouble: Trouble = (_request, response) => {
    const headers = { 'Content-Length': WEIGHTS.length, 'Last-Modified': 'Sat, 01 Aug 2026 00:00:00 GMT' };
    response.writeHead(200, headers).write(WEIGHTS.subarray(0, HALF));
    held.response = response;
  };
  return {
    trouble,
    finish: () => held.response?.end(WEIGHTS.subarray(HALF)),
    cut: () => held.response?.destroy(),
  };
}

const endEarly: Trouble = (_request, response) => {
  response.writeHead(200).end(WEIGHTS.subarray(0, HALF));
};
const flipBit: Trouble = (_request, response) => {
  const damaged = Buffer.from(WEIGHTS);
  damaged[HALF] = (damaged[HALF] ?? 0) ^ 1;
  response.writeHead(200).end(damaged);
};
const refuse: Trouble = (_request, response) => {
  response.writeHead(503).end();
};

async function expectLookWorks(page: Page): Promise<void> {
  const look = new LookPage(page);
  await look.add(samplePictures(1));
  await look.ready(10);
}

/** Adds pictures, for which Look fetches the network, and waits until half of it is there. */
async function fetchHalf(page: Page): Promise<void> {
  await new LookPage(page).add(samplePictures(1));
  const bar = page.getByRole('progressbar', { name: 'Loading the network' });
  await expect(bar).toHaveAttribute('data-total', String(WEIGHTS.length));
  await expect(bar).toHaveAttribute('data-done', String(HALF));
}

test('a bar shows the download in bytes', async ({ page, serve }) => {
  const { trouble, finish } = half();
  const site = await serve({ intercept: hostWith([trouble]).intercept });
  const look = new LookPage(page);
  await look.open(site.url);
  await fetchHalf(page);
  finish();
  await look.ready(10);
  await expect(page.getByRole('progressbar')).toHaveCount(0);
});

test('a download that breaks off goes on where it stopped', async ({ page, serve }) => {
  const { trouble, cut } = half();
  const { ranges, intercept } = hostWith([trouble]);
  const site = await serve({ intercept });
  const look = new LookPage(page);
  await look.open(site.url);
  await fetchHalf(page);
  cut();
  await look.ready(10);
  expect(ranges).toEqual([undefined, `bytes=${HALF}-`]);
});

test('a download that ends early goes on where it stopped', async ({ page, serve }) => {
  const { ranges, intercept } = hostWith([endEarly]);
  const site = await serve({ intercept });
  await new LookPage(page).open(site.url);
  await expectLookWorks(page);
  expect(ranges).toEqual([undefined, `bytes=${HALF}-`]);
});

test('a damaged download is fetched anew', async ({ page, serve }) => {
  const { ranges, intercept } = hostWith([flipBit]);
  const site = await serve({ intercept });
  await new LookPage(page).open(site.url);
  await expectLookWorks(page);
  expect(ranges).toEqual([undefined, undefined]);
});

test('one that is damaged twice is refused with a message; trying again fetches it', async ({
  page,
  serve,
}) => {
  const { intercept } = hostWith([flipBit, flipBit]);
  const site = await serve({ intercept });
  const look = new LookPage(page);
  await page.goto(`${site.url}#/look`);
  await look.add(samplePictures(1));
  const alert = page.getByRole('alert').filter({ hasText: 'weights.safetensors' });
  await expect(alert).toContainText('arrived damaged, twice, and was refused');
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect(alert).toHaveCount(0);
});

test('a host that breaks down mid-way is told from a broken file, and what came is kept', async ({
  page,
  serve,
}) => {
  const { trouble, cut } = half();
  const { ranges, intercept } = hostWith([trouble, refuse]);
  const site = await serve({ intercept });
  await new LookPage(page).open(site.url);
  await fetchHalf(page);
  cut();
  const alert = page.getByRole('alert').filter({ hasText: 'at the moment (503)' });
  await expect(alert).toBeVisible();
  // Also over a reload: the part lies in Cache Storage.
  await page.reload();
  await expect(page.getByRole('main')).toHaveAttribute('data-ready', 'true');
  await expect.poll(() => ranges.at(-1)).toBe(`bytes=${HALF}-`);
  await expectLookWorks(page);
});
