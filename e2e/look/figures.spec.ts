import type { Page } from '@playwright/test';
import { LookPage, samplePictures, type Hit } from '../support/look.ts';
import { commented } from '../support/pictures.ts';
import { cosine, euclidean, savedVectors } from '../support/save-file.ts';
import { expect, test } from '../support/site.ts';

/** What the results should be: every other picture, nearest first, ties by id. */
function expected(
  vectors: ReadonlyMap<number, Float32Array>,
  query: number,
  figure: (a: Float32Array, b: Float32Array) => number,
): { id: number; figure: number }[] {
  const from = vectors.get(query) ?? new Float32Array();
  return [...vectors]
    .filter(([id]) => id !== query)
    .map(([id, vector]) => ({ id, figure: figure(from, vector) }));
}

const figureOf = (hit: Hit, metric: 'Cosine' | 'Euclidean'): number =>
  metric === 'Cosine' ? hit.similarity : hit.distance;

async function vectorsOf(page: Page): Promise<Map<number, Float32Array>> {
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save to a file' }).click(),
  ]);
  return savedVectors(await saved.path());
}

test('every figure of every engine and measure is the one that the stored vectors give', async ({
  page,
  site,
}) => {
  const look = new LookPage(page);
  const files = samplePictures(1);
  const [first = '', second = ''] = files;
  await look.start(site.url, files);
  const twins = [commented(first, 'twin'), commented(second, 'other twin')];
  await page.getByLabel('Add pictures').setInputFiles(twins);
  const count = files.length + twins.length;
  await look.ready(count);
  const vectors = await vectorsOf(page);
  expect(vectors.size).toBe(count);

  const k = page.getByLabel('How many');
  await test.step('k is kept between 1 and 200, and may be more than there are pictures', async () => {
    await look.searchByPicture(0);
    await k.fill('500');
    await expect(look.results.getByRole('listitem')).toHaveCount(count - 1);
    await k.press('Enter');
    await expect(k).toHaveValue('200');
    await k.fill('0');
    await k.press('Enter');
    await expect(k).toHaveValue('1');
    await expect(look.results.getByRole('listitem')).toHaveCount(1);
    await k.fill('');
    await k.press('Enter');
    await expect(k).toHaveValue('1');
    await k.fill('200');
    await expect(look.results.getByRole('listitem')).toHaveCount(count - 1);
  });

  // The graph answers once it is built; before that the exact engine stands in for it.
  await page.getByRole('radio', { name: 'Graph (HNSW)' }).check();
  await expect(look.results).toHaveAttribute('data-engine', 'hnsw', { timeout: 30_000 });

  for (const metric of ['Cosine', 'Euclidean'] as const) {
    for (const engine of ['Exact', 'Graph (HNSW)'] as const) {
      await test.step(`${metric}, ${engine}`, async () => {
        await page.getByRole('radio', { name: metric }).check();
        await page.getByRole('radio', { name: engine }).check();
        const attribute = engine === 'Exact' ? 'exact' : 'hnsw';
        for (const index of [0, 3, count - 1]) {
          const id = Number(await look.searchByPicture(index));
          await expect(look.results).toHaveAttribute('data-engine', attribute, { timeout: 30_000 });
          const hits = await look.hits();
          expect(hits.map((hit) => hit.id)).not.toContain(id);
          expect(hits.map(({ rank }) => rank)).toEqual(hits.map((_, at) => at + 1));

          const truth = expected(vectors, id, metric === 'Cosine' ? cosine : euclidean);
          expect(hits.map((hit) => hit.id).toSorted((a, b) => a - b)).toEqual(
            truth.map((each) => each.id).toSorted((a, b) => a - b),
          );
          const byId = new Map(truth.map((each) => [each.id, each.figure]));
          for (const hit of hits)
            expect(figureOf(hit, metric)).toBeCloseTo(byId.get(hit.id) ?? NaN, metric === 'Cosine' ? 6 : 4);

          const sign = metric === 'Cosine' ? -1 : 1;
          const ordered = hits.toSorted(
            (a, b) => sign * (figureOf(a, metric) - figureOf(b, metric)) || a.id - b.id,
          );
          expect(hits.map((hit) => hit.id)).toEqual(ordered.map((hit) => hit.id));
        }
      });
    }
  }

  await test.step('pictures with the same pixels tie, and go by id', async () => {
    await page.getByRole('radio', { name: 'Cosine' }).check();
    // By name: which place a picture takes depends on which of its run was done first.
    await look.searchByName(files[4] ?? '');
    const pair = (await look.hits()).filter(({ name }) => first.endsWith(`/${name}`) || name === 'twin.jpg');
    expect(pair).toHaveLength(2);
    expect(pair[0]?.similarity).toBe(pair[1]?.similarity);
    expect((pair[0]?.rank ?? 0) + 1).toBe(pair[1]?.rank);
    expect(pair[0]?.id ?? 0).toBeLessThan(pair[1]?.id ?? 0);
  });

  await test.step('figures have six digits or more, the quality is a measured one', async () => {
    const written = await look.results
      .getByRole('listitem')
      .evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.similarity ?? ''));
    for (const figure of written) expect(figure.replace(/^-?0\.0*|\D/g, '').length).toBeGreaterThanOrEqual(6);
    const quality = page.getByRole('status', { name: 'Index quality' });
    await expect(quality).toContainText(new RegExp(`recall@${count - 1} 1\\.0000 on ${count} queries`));
    await expect(quality).toContainText(/last search \d+\.\d+ ms/);
    await k.fill('5');
    await expect(quality).toContainText('recall@5 ');
  });
});
