import type { StudioDoor } from '../../platform/studio.ts';

/** Look: drop pictures, find the ones that look like this one. */
export const look: StudioDoor = {
  id: 'look',
  title: 'Look',
  tagline: 'Drop thousands of pictures, click one, see the ones that look like it.',
  preview: () => import('./ui/Preview.svelte'),
  keys: [
    { key: '← → ↑ ↓', what: 'Walk through the pictures, the results, or the large view' },
    { key: 'Enter', what: 'Search by the picture' },
    { key: 'Home, End', what: 'First and last picture' },
    { key: 'Ctrl V', what: 'Add the pictures of the clipboard; in the search box: search by one' },
    { key: 'Alt ←', what: 'Back to the previous query' },
    { key: 'Esc', what: 'Close what is open, or clear the query' },
  ],
  load: () => import('./ui/LookPage.svelte'),
  data: async () => (await import('./state/data.ts')).openLookData(),
};
