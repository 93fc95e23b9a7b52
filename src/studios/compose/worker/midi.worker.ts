import { readSong } from '../../../platform/midi-file-song.ts';
import { serve } from '../../../platform/rpc.ts';
import type { MidiApi } from './protocol.ts';

/** A file of 10 MB takes longer than a page may stand still. */
const api: MidiApi = { read: readSong };
serve(api);
