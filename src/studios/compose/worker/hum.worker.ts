import { pause } from '../../../platform/rpc-pause.ts';
import { serve } from '../../../platform/rpc.ts';
import { useWasm } from '../../../platform/tf-backend.ts';
import { Hum } from './hum.ts';

serve(new Hum(useWasm, pause));
