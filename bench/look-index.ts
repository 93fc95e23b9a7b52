/** The growth of Look's index, by itself: `npx tsx bench/look-index.ts [SIZES]`. */
import { benchIndex } from './look/index-bench.ts';

const sizes = process.argv.slice(2).map(Number);
const rows = await benchIndex({
  ...(sizes.length > 0 ? { sizes } : {}),
  onRow: ({ vectors, buildSec }) => console.log(`${vectors} vectors: built in ${buildSec.toFixed(1)} s`),
});

const table = rows.map((row) => ({
  vectors: row.vectors,
  'build s': row.buildSec.toFixed(1),
  ef: row.ef,
  'recall@10': row.recallAt10.toFixed(4),
  'graph ms p50': row.graphSearchMsP50.toFixed(2),
  'naive ms p50': row.naiveScanMsP50.toFixed(2),
  'naive / graph': (row.naiveScanMsP50 / row.graphSearchMsP50).toFixed(1),
  'exact ms p50': row.exactSearchMsP50.toFixed(2),
  'reopen ms': row.reopenMs.toFixed(0),
  'build / reopen': ((1000 * row.buildSec) / row.reopenMs).toFixed(0),
  'save ms': row.saveMs.toFixed(0),
  'graph B': row.graphBytesPerVector.toFixed(0),
  'vector B': row.vectorBytesPerVector,
  'heap B': row.heapBytesPerVector.toFixed(0),
}));
console.table(table);
