import { serve } from '../../../platform/rpc.ts';
import { Library } from './library.ts';
import type { LibraryApi } from './protocol.ts';

serve<LibraryApi>(new Library());
