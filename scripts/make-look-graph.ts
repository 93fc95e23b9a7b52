/**
 * Writes the small graph model of tfjs that Look's tests choose as files:
 *
 *     npx tsx scripts/make-look-graph.ts && npx prettier --write src/studios/look/engine/testing/networks/graph
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { graphModel } from '../src/studios/look/engine/testing/tfjs-graph.ts';

const FOLDER = 'src/studios/look/engine/testing/networks/graph';

const { json, shards } = graphModel();
mkdirSync(FOLDER, { recursive: true });
writeFileSync(join(FOLDER, 'model.json'), JSON.stringify(json));
for (const [name, bytes] of shards) writeFileSync(join(FOLDER, name), bytes);
