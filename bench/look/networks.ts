import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Page } from '@playwright/test';
import { LookPage } from '../../cli/look/page.ts';
import { classOf, precisions, type Figures } from '../../cli/look/precision.ts';
import type { RunMarks } from '../../cli/look/in-page.ts';
import { randomResNet50 } from './resnet-file.ts';
import { row, type Row } from './row.ts';

/** Photographs that are looked at by their files and by their thumbnails, at most. */
const PICTURES = 240;
/** Photographs that ResNet-50 looks at, at most: it takes a second for each. */
const SLOW_PICTURES = 48;
const K = 10;
const LIMIT_MS = 280_000;
/** A small network that is fast: another one has to look at a collection before our own can do so anew. */
const SMALL = 'src/studios/look/engine/testing/networks/resnet-torchvision.safetensors';

interface ClassFolder {
  readonly path: string;
  readonly count: number;
  remove(): void;
}

/** The first photographs of each class, in folders of their own. */
function classFolder(files: readonly string[], most: number): ClassFolder {
  const byClass = new Map<string, string[]>();
  for (const file of files) {
    const name = basename(dirname(file));
    byClass.set(name, [...(byClass.get(name) ?? []), file]);
  }
  const each = Math.max(1, Math.floor(most / byClass.size));
  const path = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
  let count = 0;
  for (const [name, some] of byClass) {
    mkdirSync(join(path, name));
    for (const file of some.slice(0, each)) {
      copyFileSync(file, join(path, name, basename(file)));
      count += 1;
    }
  }
  return { path, count, remove: () => rmSync(path, { recursive: true }) };
}

async function bring(
  page: Page,
  file: string | { name: string; mimeType: string; buffer: Buffer },
): Promise<void> {
  await page.getByRole('combobox', { name: 'Network' }).selectOption({ label: 'Bring your own…' });
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Choose the network’s files').setInputFiles(file);
  const begin = dialog.getByRole('button', { name: 'New collection with it' });
  await begin.and(page.locator(':enabled')).waitFor({ timeout: LIMIT_MS });
}

async function beginEmpty(page: Page): Promise<void> {
  const dialog = page.getByRole('dialog');
  const same = dialog.getByRole('switch', { name: /^Look at the/ });
  if ((await same.count()) > 0) await same.uncheck();
  await dialog.getByRole('button', { name: 'New collection with it' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** Every picture of the open collection is the query once, by the exact engine. */
async function precision(look: LookPage): Promise<Figures> {
  const pictures = await look.pictures();
  const classes = new Map(pictures.map(({ id, name }) => [id, classOf(name)]));
  await look.clickFirst();
  await look.choose('Exact', K);
  const answers = await look.ask(
    pictures.map(({ id }) => id),
    { labels: false },
  );
  return precisions(
    answers.map(({ query, hits }) => ({
      ofClass: classes.get(query) ?? '',
      answers: hits.map(({ name }) => classOf(name)),
    })),
  ).all;
}

const perSecond = ({ first, last }: RunMarks, count: number): number => ((count - 1) * 1000) / (last - first);

/**
 * Networks of a person's own, through the built site: what it costs to be looked at by thumbnails, and how fast ResNet-50 is.
 *
 * @param page of a fresh profile
 * @param siteUrl of the built site
 * @param files photographs in class folders; only some of each class are taken
 */
export async function networkRows(page: Page, siteUrl: string, files: readonly string[]): Promise<Row[]> {
  const folder = classFolder(files, PICTURES);
  const few = classFolder(files, SLOW_PICTURES);
  try {
    const look = new LookPage(page);
    await look.open(siteUrl);
    const lite = perSecond(await look.index('Add a folder', folder.path, LIMIT_MS), folder.count);
    const ofFiles = await precision(look);

    // A second collection of the same pictures, which our own network then looks at anew: a reload takes the files away.
    await bring(page, SMALL);
    await beginEmpty(page);
    await look.index('Add a folder', folder.path, LIMIT_MS);
    await page.reload();
    await page.locator('main[data-ready="true"]').waitFor();
    await page.getByRole('combobox', { name: 'Network' }).selectOption({ label: 'EfficientNet-Lite1' });
    await page
      .getByRole('dialog')
      .getByRole('button', { name: 'Let EfficientNet-Lite1 look at this collection anew' })
      .click();
    const note = page.getByRole('group', { name: 'Looked at by thumbnails' });
    await note
      .filter({ hasText: `${folder.count} of ${folder.count} pictures` })
      .waitFor({ timeout: LIMIT_MS });
    const ofThumbnails = await precision(look);

    const buffer = Buffer.from(randomResNet50());
    const started = performance.now();
    await bring(page, { name: 'resnet50.safetensors', mimeType: 'application/octet-stream', buffer });
    const readSeconds = (performance.now() - started) / 1000;
    await beginEmpty(page);
    const resnet = perSecond(await look.index('Add a folder', few.path, LIMIT_MS), few.count);

    return [
      row({
        id: 'thumbnails-p5',
        what: 'P@5 lost when EfficientNet-Lite1 looks at thumbnails instead of files',
        value: ofFiles.p5 - ofThumbnails.p5,
        unit: '',
        // No promise: on 240 photographs a few of them decide about a hundredth.
        must: { atMost: 0.05 },
        beside: {
          'P@5 of files': ofFiles.p5,
          'P@5 of thumbnails': ofThumbnails.p5,
          'P@1 of files': ofFiles.p1,
          'P@1 of thumbnails': ofThumbnails.p1,
          photographs: folder.count,
        },
      }),
      row({
        id: 'resnet-speed',
        what: 'ResNet-50 embeds (random weights; decoding, thumbnail and storing included)',
        value: resnet,
        unit: 'pictures/s',
        must: { atLeast: 0.3 },
        beside: {
          'EfficientNet-Lite1': lite,
          'reading the 51 MB of weights, s': readSeconds,
          photographs: few.count,
        },
      }),
    ];
  } finally {
    folder.remove();
    few.remove();
  }
}
