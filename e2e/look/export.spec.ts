import { readFileSync } from 'node:fs';
import type { Download, Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

async function downloaded(page: Page, name: string): Promise<Buffer> {
  const [file]: [Download, void] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name, exact: true }).click(),
  ]);
  return readFileSync(await file.path());
}

test('results go out as a list, as names, as pictures', async ({ page, context, site }) => {
  const look = new LookPage(page);
  const files = samplePictures(1).slice(0, 4);
  const odd = ['=1+1, "quoted".jpg', 'plain.jpg'];
  await look.start(site.url, files);
  // Other bytes behind the picture's end, so that they are not duplicates.
  await page.getByLabel('Add pictures').setInputFiles(
    odd.map((name, index) => ({
      name,
      mimeType: 'image/jpeg',
      buffer: Buffer.concat([readFileSync(files[index] ?? ''), Buffer.from(name)]),
    })),
  );
  await look.ready(6);
  await look.searchByPicture(0);
  const hits = await look.hits();

  await test.step('Save list', async () => {
    const lines = (await downloaded(page, 'Save list')).toString('utf8').split('\r\n');
    expect(lines[0]).toBe('name,rank,similarity');
    expect(lines).toHaveLength(hits.length + 2);
    const row = lines.find((line) => line.includes('quoted')) ?? '';
    expect(row).toMatch(/^"'=1\+1, ""quoted""\.jpg",\d,[01](\.\d+)?$/);
    for (const { name, rank, similarity } of hits.filter((hit) => !hit.name.includes('"'))) {
      const [, writtenRank, figure] = lines.find((line) => line.startsWith(`${name},`))?.split(',') ?? [];
      expect(Number(writtenRank)).toBe(rank);
      expect(Number(figure)).toBeCloseTo(similarity, 7);
    }
  });

  await test.step('Copy names', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy names' }).click();
    await expect(page.getByText('5 names copied')).toBeVisible();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text.split('\n')).toEqual(hits.map(({ name }) => name));
  });

  await test.step('Download: the originals, to the last bit', async () => {
    const zip = unzipSync(await downloaded(page, 'Download'));
    await expect(page.getByText('The zip holds 5 originals.')).toBeVisible();
    // What Windows takes in no name is replaced.
    expect(Object.keys(zip).toSorted()).toEqual(hits.map(({ name }) => name.replaceAll('"', '_')).toSorted());
    // Pictures are stored in the order in which they are done, so any of them may be the query, which is left out.
    const found = files.filter((file) => nameOf(file) in zip);
    expect(found.length).toBeGreaterThanOrEqual(files.length - 1);
    for (const file of found) {
      const content = zip[nameOf(file)] ?? new Uint8Array();
      expect(Buffer.from(content).equals(readFileSync(file))).toBe(true);
    }
  });

  await test.step('after a reload: the thumbnails, of selected pictures, and it says so', async () => {
    await page.reload();
    await look.answered(await look.queryId());
    await look.results.getByRole('listitem').first().getByRole('checkbox').check();
    const selected = page.getByRole('region', { name: 'Selected pictures' });
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      selected.getByRole('button', { name: 'Download' }).click(),
    ]);
    const zip = unzipSync(readFileSync(await file.path()));
    await expect(page.getByText(/1 thumbnail, for/)).toBeVisible();
    const [name = '', content] = Object.entries(zip)[0] ?? [];
    expect(name).toMatch(/\.webp$/);
    expect(Buffer.from(content ?? []).toString('latin1', 8, 12)).toBe('WEBP');

    const [list] = await Promise.all([
      page.waitForEvent('download'),
      selected.getByRole('button', { name: 'Save list' }).click(),
    ]);
    // A copy of the query has similarity 1, written without a point.
    expect(readFileSync(await list.path(), 'utf8')).toMatch(/,1,[01](\.\d+)?\r\n/);
  });
});
