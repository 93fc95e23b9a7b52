import { serve } from '../../../platform/rpc.ts';
import { Phrases } from './phrases.ts';

serve(new Phrases());
