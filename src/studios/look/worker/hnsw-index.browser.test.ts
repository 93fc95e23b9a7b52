import { HnswIndex } from './hnsw-index.ts';
import { HnswLibrary } from './hnsw-library.ts';
import { pause } from '../../../platform/rpc-pause.ts';
import { vectorIndexContract } from './testing/vector-index-contract.ts';

const library = await HnswLibrary.load();

vectorIndexContract({
  name: 'graph engine',
  make: (metric, dim) => new HnswIndex(library, metric, dim, pause),
  recall: 0.98,
  tolerance: 1e-5,
});
