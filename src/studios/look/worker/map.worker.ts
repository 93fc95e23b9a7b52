import { serve } from '../../../platform/rpc.ts';
import { pause } from '../../../platform/rpc-pause.ts';
import { MapPixels } from './map-pixels.ts';
import type { MapApi } from './protocol-map.ts';
import { MapService } from './map-service.ts';

serve<MapApi>(new MapService({ pixels: () => new MapPixels(), pause, elapsed: () => performance.now() }));
