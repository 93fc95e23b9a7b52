/** What a page asks of the service worker. */
export type SwMessage = { readonly type: 'claim' } | { readonly type: 'activate' };

/** Whether a message is one that the service worker knows. */
export const isSwMessage = (data: unknown): data is SwMessage =>
  typeof data === 'object' &&
  data !== null &&
  'type' in data &&
  (data.type === 'claim' || data.type === 'activate');
