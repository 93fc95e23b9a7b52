import { mkdirSync, writeFileSync } from 'node:fs';
import type { Round } from './end-to-end.ts';
import type { GrowthLine } from './growth.ts';
import type { Machine } from './machine.ts';
import { growthPlot } from './plot.ts';
import type { Reopened } from './reopen.ts';
import { shown, type Row } from './row.ts';

const FOLDER = 'bench/results';

export interface Results {
  readonly machine: Machine;
  readonly command: string;
  readonly pictures: string;
  readonly rows: readonly Row[];
  readonly rounds?: readonly Round[];
  /** The middle round's processor time. */
  readonly cpu?: Pick<Round, 'cpu' | 'cpuMsAPicture'>;
  readonly growth: readonly GrowthLine[];
  readonly reopened?: Reopened;
}

type Cell = string | number;

const tableOf = (head: readonly Cell[], lines: readonly (readonly Cell[])[]): string =>
  [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const KB = 1000;
const kb = (bytes: number, pictures: number): string => (bytes / KB / pictures).toFixed(2);

function growthTables(lines: readonly GrowthLine[]): string {
  const times = tableOf(
    [
      'pictures',
      'stored, s',
      'in the graph, s',
      'settled, s',
      'graph, ms',
      'graph alone, ms',
      'exact, ms',
      'naive scan, ms',
      'recall@10',
      'graph alone',
      'ef',
    ],
    lines.map((line) => [
      line.pictures,
      line.storeSeconds.toFixed(1),
      line.buildSeconds.toFixed(1),
      line.settleSeconds.toFixed(1),
      line.graphSearchMs.toFixed(2),
      line.graphAloneMs.toFixed(2),
      line.exactSearchMs.toFixed(2),
      line.naiveScanMs.toFixed(2),
      line.recall.toFixed(4),
      line.recallAlone.toFixed(4),
      line.ef,
    ]),
  );
  const sizes = tableOf(
    [
      'pictures',
      'vectors',
      'graph',
      'thumbnails',
      'names and hashes',
      'IndexedDB in all',
      'without thumbnails',
      'memory of the tab, MB',
      'of it the graph, MB',
    ],
    lines.map((line) => [
      line.pictures,
      kb(line.vectors, line.pictures),
      kb(line.graph, line.pictures),
      kb(line.thumbnails, line.pictures),
      kb(line.rows, line.pictures),
      kb(line.disk, line.pictures),
      kb(line.disk - line.thumbnails, line.pictures),
      (line.memory / 1e6).toFixed(0),
      (line.graphHeap / 1e6).toFixed(0),
    ]),
  );
  return `## Growth\n\n![Growth](look-growth.svg)\n\nTimes of building are those of all pictures so far; searches are medians.\n\n${times}\n\nOn the disk, KB a picture (1 KB = 1,000 bytes):\n\n${sizes}\n`;
}

function cpuTable({ cpu, cpuMsAPicture }: NonNullable<Results['cpu']>): string {
  const lines = Object.entries(cpu).map(([name, seconds]) => [name, seconds.toFixed(2)]);
  return `## Where the processor's time goes while indexing\n\n${cpuMsAPicture.toFixed(1)} ms of processor time a picture, by process and thread:\n\n${tableOf(['thread', 'seconds'], lines)}\n`;
}

export function toMarkdown(results: Results): string {
  const { machine, rows, growth, cpu, command, pictures } = results;
  const table = tableOf(
    ['', 'what', 'measured', 'must be', 'beside it'],
    rows.map(shown).map((each) => [each.verdict, each.what, each.value, each.bound, each.beside]),
  );
  const parts = [
    `# Look: speed and size`,
    `\`${command}\` on ${pictures}; commit ${machine.commit}, ${machine.browser}, ${machine.cores} cores of ${machine.processor}, ${machine.memoryGiB} GiB; load ${machine.loadBefore} before it began.`,
    table,
    growth.length === 0 ? '' : growthTables(growth),
    cpu === undefined ? '' : cpuTable(cpu),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`.replaceAll('\n\n\n', '\n\n');
}

/** Writes the report: figures, words and the plot. */
export function writeReport(results: Results): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/look.json`, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(`${FOLDER}/look.md`, toMarkdown(results));
  if (results.growth.length > 0) writeFileSync(`${FOLDER}/look-growth.svg`, growthPlot(results.growth));
}
