import { serve } from '../../../platform/rpc.ts';
import { Speech } from './speech.ts';

serve(new Speech());
