import { serve } from '../../../platform/rpc.ts';
import { Engraver } from './engraver.ts';

serve(new Engraver());
