import type { OpenBrowser } from '../../cli/site/open-site.ts';
import type { EngineFigures, EngineName } from '../pages/engines-page.ts';
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
  const { f32: ours, hnswlib } = found;
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
    ...shorterRows(found),
  ];
}

/** The rows of graphs whose vectors are halves or bytes; candidates are compared again with the vectors themselves. */
function shorterRows(found: Record<EngineName, EngineFigures>): Row[] {
  return (['f16', 'i8'] as const).flatMap((storage) => {
    const { [storage]: own, f32, hnswlib } = found;
    return [
      row({
        id: `engine-memory-${storage}`,
        what: `memory of a graph of ${storage}, of one of f32`,
        value: own.bytes / f32.bytes,
        unit: '',
        must: { atMost: 0.55 },
        beside: { MB: own.bytes / 1e6, 'f32 MB': f32.bytes / 1e6 },
      }),
      row({
        id: `engine-search-${storage}`,
        what: `searching it, re-ranked, at recall@10 ≥ ${RECALL}, against hnswlib-wasm`,
        value: hnswlib.searchMs / own.searchMs,
        unit: '×',
        must: { atLeast: 1.2 },
        beside: {
          'ours ms': own.searchMs,
          'our ef': own.ef,
          'our recall': own.recall,
          'building, × as fast': hnswlib.buildSec / own.buildSec,
        },
      }),
    ];
  });
}
