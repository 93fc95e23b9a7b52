import type { StudioDoor } from '../../platform/studio.ts';

/** Look: drop pictures, find the ones that look like this one. */
export const look: StudioDoor = {
  id: 'look',
  title: 'Look',
  tagline: 'Drop thousands of pictures, click one, see the ones that look like it.',
  preview: () => import('./ui/Preview.svelte'),
  keys: [],
  load: () => import('./ui/LookPage.svelte'),
};
