import { serve } from '../../../platform/rpc.ts';
import { Voice } from './voice.ts';

serve(new Voice());
