/** What a page asks of the service worker. */
export type SwMessage = { readonly type: 'claim' } | { readonly type: 'activate' };

/** Whether a message is one that the service worker knows. */
export const isSwMessage = (data: unknown): data is SwMessage =>
  typeof data === 'object' &&
  data !== null &&
  'type' in data &&
  (data.type === 'claim' || data.type === 'activate');

/** What the service worker tells a page: a notification of a message at the door was pressed. */
export interface DoorbellMessage {
  /** Id of the message. */
  readonly doorbell: string;
  /** Empty: the notification itself was pressed, not a button in it. */
  readonly action: string;
}

/** Whether a message tells of a notification. */
export const isDoorbellMessage = (data: unknown): data is DoorbellMessage =>
  typeof data === 'object' &&
  data !== null &&
  'doorbell' in data &&
  typeof data.doorbell === 'string' &&
  'action' in data &&
  typeof data.action === 'string';
