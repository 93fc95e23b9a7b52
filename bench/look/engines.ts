import type { OpenBrowser } from '../../cli/site/open-site.ts';
import '../pages/engines-page.ts';
import { row, type Row } from './row.ts';
import type { Stage } from './stage.ts';

const SIZE = 10_000;
const DIM = 1280;
const RECALL = 0.98;

/** The graph against hnswlib-wasm, the same algorithm: building, and searching at the same recall. */
export async function engineRows(stage: Stage, { page }: OpenBrowser): Promise<Row[]> {
  await page.goto(`${stage.plainUrl}bench/engines.html`);
  await page.waitForFunction(() => window.engines !== undefined);
  const found = await page.evaluate(([size, dim, recall]) => window.engines?.compare(size, dim, recall), [
    SIZE,
    DIM,
    RECALL,
  ] as const);
  if (found === undefined) throw new Error('the page of the engines is gone');
  const { ours, hnswlib } = found;
  return [
    row({
      id: 'engine-build',
      what: `building a graph of ${SIZE} × ${DIM}, against hnswlib-wasm`,
      value: hnswlib.buildSec / ours.buildSec,
      unit: '×',
      must: { atLeast: 2 },
      beside: { 'ours s': ours.buildSec, 'hnswlib s': hnswlib.buildSec },
    }),
    row({
      id: 'engine-search',
      what: `searching it at recall@10 ≥ ${RECALL}, against hnswlib-wasm`,
      value: hnswlib.searchMs / ours.searchMs,
      unit: '×',
      must: { atLeast: 1.8 },
      beside: {
        'ours ms': ours.searchMs,
        'our ef': ours.ef,
        'our recall': ours.recall,
        'hnswlib ms': hnswlib.searchMs,
        'its ef': hnswlib.ef,
        'its recall': hnswlib.recall,
      },
    }),
  ];
}
