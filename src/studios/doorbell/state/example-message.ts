import type { Message } from '../engine/message.ts';

/** Shows what would be sent while there is no message yet. */
export const EXAMPLE: Message = {
  id: 'example',
  atMs: Date.UTC(2026, 0, 31, 17, 5),
  distanceCm: 80,
  by: 'sensor',
  state: 'told',
  problems: [],
  transcript: 'Hello, a parcel for Ana.',
  heard: '',
  engine: '',
  language: 'en',
  soundSec: 0,
  soundType: '',
  isStarred: false,
};
