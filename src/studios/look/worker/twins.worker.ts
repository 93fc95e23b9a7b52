import { pause } from '../../../platform/rpc-pause.ts';
import { serve } from '../../../platform/rpc.ts';
import type { TwinsApi } from './twins-protocol.ts';
import { TwinsService } from './twins-service.ts';

serve<TwinsApi>(new TwinsService(pause));
