import { quantile } from '../../src/kernel/metrics.ts';
import type { Clicked } from './clicks.ts';
import type { GrowthLine } from './growth.ts';
import type { Reopened } from './reopen.ts';
import { row, type Row } from './row.ts';

const KB = 1000;

const times = (clicks: readonly Clicked[]): { p50: number; p95: number } => {
  const all = clicks.map(({ ms }) => ms);
  return { p50: quantile(all, 0.5), p95: quantile(all, 0.95) };
};

/** Click → results in the DOM. */
export function searchRows(graph: readonly Clicked[], exact: readonly Clicked[], at: GrowthLine): Row[] {
  const byGraph = times(graph);
  const byScan = times(exact);
  return [
    row({
      id: 'click',
      what: `search at ${at.pictures} by the graph, click → results in the DOM, p50`,
      value: byGraph.p50,
      unit: 'ms',
      must: { atMost: 25 },
      beside: {
        'p95 ms': byGraph.p95,
        clicks: graph.length,
        'answered by the graph': graph.filter(({ engine }) => engine === 'hnsw').length,
        'with Exact p50 ms': byScan.p50,
        'with Exact p95 ms': byScan.p95,
      },
    }),
    row({
      id: 'exact',
      what: `the exact engine's own search at ${at.pictures}, p50`,
      value: at.exactSearchMs,
      unit: 'ms',
      must: { atMost: 30 },
      beside: { 'naive scan ms': at.naiveScanMs, 'times as fast': at.naiveScanMs / at.exactSearchMs },
    }),
  ];
}

/** The graph's own search against the naive scan. */
export function graphRows(at: GrowthLine): Row[] {
  return [
    row({
      id: 'graph-against-scan',
      what: `the graph's own search at ${at.pictures} against a one-loop scan`,
      value: at.naiveScanMs / at.graphAloneMs,
      unit: '×',
      must: { atLeast: 5 },
      beside: {
        'graph ms': at.graphAloneMs,
        'scan ms': at.naiveScanMs,
        ef: at.ef,
        'library with the graph ms': at.graphSearchMs,
      },
    }),
    row({
      id: 'recall',
      what: `recall@10 of that search`,
      value: at.recallAlone,
      unit: '',
      must: { atLeast: 0.98 },
      beside: { 'of what the library answers': at.recall },
    }),
  ];
}

/** Reopening against building. */
export function reopenRow(reopened: Reopened, at: GrowthLine): Row {
  return row({
    id: 'reopen',
    what: `reopening ${at.pictures}: navigation → first search answered, of the time to build the graph`,
    value: reopened.firstAnswerMs / 1000 / at.buildSeconds,
    unit: '',
    must: { atMost: 1 / 20 },
    beside: {
      'first answer ms': reopened.firstAnswerMs,
      by: reopened.firstEngine,
      'first answer of the graph ms': reopened.graphMs,
      'building s': at.buildSeconds,
    },
  });
}

/** Disk, at the size where it is most a picture. */
export function sizeRows(growth: readonly GrowthLine[]): Row[] {
  const most = (bytes: (line: GrowthLine) => number): number =>
    Math.max(...growth.map((line) => bytes(line) / line.pictures / KB));
  const last = growth.at(-1);
  const beside =
    last === undefined
      ? {}
      : {
          'vectors KB': last.vectors / last.pictures / KB,
          'graph KB': last.graph / last.pictures / KB,
          'thumbnails KB': last.thumbnails / last.pictures / KB,
          'names and hashes KB': last.rows / last.pictures / KB,
        };
  return [
    row({
      id: 'disk',
      what: 'disk a picture with thumbnail and one graph',
      value: most(({ disk }) => disk),
      unit: 'KB',
      must: { atMost: 24 },
      beside,
    }),
    row({
      id: 'disk-without-thumbnail',
      what: 'the same without the thumbnail',
      value: most(({ disk, thumbnails }) => disk - thumbnails),
      unit: 'KB',
      must: { atMost: 11 },
      beside: {},
    }),
  ];
}
