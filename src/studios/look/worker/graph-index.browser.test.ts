import { pause } from '../../../platform/rpc-pause.ts';
import { GraphIndex } from './graph-index.ts';
import { GraphModule } from './graph-module.ts';
import { HnswIndex } from './testing/hnswlib/hnsw-index.ts';
import { HnswLibrary } from './testing/hnswlib/hnsw-library.ts';
import { RerankedIndex } from './testing/reranked-index.ts';
import { vectorIndexContract } from './testing/vector-index-contract.ts';

const module = await GraphModule.load();
vectorIndexContract({
  name: 'graph engine',
  make: (metric, dim) => new GraphIndex(module, metric, dim, pause),
  recall: 0.98,
  tolerance: 1e-5,
});

// Shorter vectors find the candidates, the vectors themselves say how near they are.
for (const storage of ['f16', 'i8'] as const)
  vectorIndexContract({
    name: `graph engine of ${storage}, re-ranked`,
    make: (metric, dim) => new RerankedIndex(new GraphIndex(module, metric, dim, pause, storage)),
    recall: 0.98,
    tolerance: 1e-5,
  });

// The reference that the bench compares with is held to the same.
const library = await HnswLibrary.load();
vectorIndexContract({
  name: 'hnswlib',
  make: (metric, dim) => new HnswIndex(library, metric, dim, pause),
  recall: 0.98,
  tolerance: 1e-5,
});
