import { serve } from '../../../platform/rpc.ts';
import { GraphService } from './graph-service.ts';
import { GraphStore } from './graph-store.ts';
import { pause } from '../../../platform/rpc-pause.ts';
import type { GraphWorkerApi } from './protocol-graph.ts';

const service = new GraphService(() => GraphStore.open(), pause);
const door: GraphWorkerApi = { connectLibrary: (port) => serve(service, port) };
serve(door);
