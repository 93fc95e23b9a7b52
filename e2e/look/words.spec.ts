import { basename, dirname } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { LookPage, samplePictures } from '../support/look.ts';
import { expect, test } from '../support/site.ts';

const FILES = samplePictures(4);
const classOf = new Map(FILES.map((file) => [basename(file), basename(dirname(file))]));

const found = (page: Page): Promise<{ name: string; probability: number; figure: string }[]> =>
  page
    .getByRole('list', { name: 'Most alike' })
    .getByRole('listitem')
    .evaluateAll((items) =>
      items.map((item) => {
        const { name = '', probability = '' } = (item as HTMLElement).dataset;
        return { name, probability: Number(probability), figure: probability };
      }),
    );

test('words find what the network sees, unknown ones are answered with near ones', async ({ page, site }) => {
  const look = new LookPage(page);
  await look.start(site.url, FILES);
  const box = page.getByRole('searchbox', { name: 'Search by words' });
  const ask = (text: string): Promise<string> =>
    look.asked(async () => {
      await box.fill(text);
      await box.press('Enter');
    });

  await test.step('“shoes” finds shoes, the likeliest first', async () => {
    expect(await ask('shoes')).toBe('words:shoes');
    await expect(look.results).toHaveAttribute('data-engine', 'classifier');
    const hits = await found(page);
    expect(hits).toHaveLength(12);
    expect(hits.slice(0, 3).map(({ name }) => classOf.get(name))).toEqual(['shoes', 'shoes', 'shoes']);
    const figures = hits.map(({ probability }) => probability);
    expect(figures).toEqual(figures.toSorted((a, b) => b - a));
    expect(hits[0]?.probability).toBeGreaterThan(0.5);
    for (const { figure } of hits) expect(figure.replace(/^0\.0*|\D|e.*$/g, '').length).toBeGreaterThan(5);
    await expect(look.box).toContainText('Loafer, running shoe, sandal');
  });

  await test.step('a more general word stands for more labels', async () => {
    await ask('Footwear');
    const best = (await found(page)).slice(0, 3);
    expect(best.map(({ name }) => classOf.get(name))).toEqual(['shoes', 'shoes', 'shoes']);
    await expect(look.box).toContainText(/8 labels of the network:\s+Christmas stocking, clog, cowboy boot/);
  });

  await test.step('an unknown word says so, and a near one is a click away', async () => {
    await box.fill('sandels');
    await box.press('Enter');
    const alert = page.getByRole('alert');
    await expect(alert).toContainText('no word “sandels”');
    await expect(look.results.getByRole('listitem')).toHaveCount(0);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await look.asked(() => alert.getByRole('button', { name: 'sandal', exact: true }).click());
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(box).toHaveValue('sandal');
    expect((await found(page)).length).toBe(12);
  });

  await test.step('Back is the word before; a link leads to its answer', async () => {
    await page.goBack();
    await expect(page.getByRole('alert')).toContainText('sandels');
    await page.goBack();
    await look.answered('words:Footwear');
    await expect(box).toHaveValue('Footwear');
    const before = await found(page);
    await page.reload();
    await look.answered('words:Footwear');
    expect(await found(page)).toEqual(before);
  });

  await test.step('a label of “What it shows” is searched for by a click', async () => {
    await look.searchByName(FILES.find((file) => classOf.get(basename(file)) === 'shoes') ?? '');
    const label = page.getByRole('list', { name: 'What it shows' }).getByRole('listitem').first();
    await expect(label).toBeVisible();
    const index = (await label.getAttribute('data-label-index')) ?? '';
    const id = await look.asked(() => label.getByRole('button').click());
    expect(id).toBe(`class:${index}`);
    expect(classOf.get((await found(page))[0]?.name ?? '')).toBe('shoes');
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await expect(look.results).toHaveCount(0);
    await expect(box).toHaveValue('');
  });
});
