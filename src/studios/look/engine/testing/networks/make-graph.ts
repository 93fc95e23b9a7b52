/**
 * Writes the small graph model of `tfjs-graph.ts` as files, for tests that choose files:
 *
 *     npx tsx src/studios/look/engine/testing/networks/make-graph.ts
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { graphModel } from '../tfjs-graph.ts';

const folder = new URL('graph/', import.meta.url);
const { json, shards } = graphModel();
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('model.json', folder), JSON.stringify(json));
for (const [name, bytes] of shards) writeFileSync(new URL(name, folder), bytes);
