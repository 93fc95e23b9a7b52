import type { StudioDoor } from '../../platform/studio.ts';

/** Doorbell: a sensor sees a visitor; the tab greets, records, transcribes, tells you. */
export const doorbell: StudioDoor = {
  id: 'doorbell',
  title: 'Doorbell',
  tagline:
    'A sensor at the door sees a visitor; this tab greets, records, writes down what was said, and tells you.',
  preview: () => import('./ui/Preview.svelte'),
  keys: [{ key: 'Esc', what: 'Leave the door view' }],
  load: () => import('./ui/DoorbellPage.svelte'),
  data: async () => (await import('./state/data.ts')).openDoorbellData(),
};
