import type { StudioDoor } from '../../platform/studio.ts';

/** Compose: play a melody, let the AR-CNN rework it. */
export const compose: StudioDoor = {
  id: 'compose',
  title: 'Compose',
  tagline: 'Play a melody; a network that has learned from Bach adds the other voices, note by note.',
  preview: () => import('./ui/Preview.svelte'),
  keys: [
    { key: 'Space', what: 'Play, or stop' },
    { key: 'A W S E D F …', what: 'Piano keys from C on; Z and X change the octave' },
    { key: '← → ↑ ↓', what: 'On the roll: move the cursor; with Alt: move what is selected' },
    { key: 'Enter', what: 'On the roll: draw a note, or select the one that is there' },
    { key: 'Shift ← →', what: 'On the roll: select a region' },
    { key: '+ −', what: 'On the roll: make what is selected longer or shorter' },
    { key: 'Delete', what: 'On the roll: delete what is selected' },
    { key: 'Ctrl A, C, X, V', what: 'On the roll: select all, copy, cut, paste' },
    { key: 'Ctrl Z, Ctrl Shift Z', what: 'Undo, redo' },
    { key: 'B', what: 'Back and forth between this version and the one before (A/B)' },
  ],
  load: () => import('./ui/ComposePage.svelte'),
  data: async () => (await import('./state/data.ts')).openComposeData(),
};
