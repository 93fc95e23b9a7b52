import { serve } from '../../../platform/rpc.ts';
import { useWasm } from '../../../platform/tf-backend.ts';
import { Composer } from './composer.ts';
import { pause } from '../../../platform/rpc-pause.ts';

serve(new Composer(useWasm, pause));
