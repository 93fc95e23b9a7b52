import { isDoorbellMessage } from '../../../platform/sw-messages.ts';
import type { Message } from '../engine/message.ts';
import { titleOf } from '../engine/relay.ts';
import type { VisitProblem } from '../engine/visit.ts';
import { summaryOf } from './problem-words.ts';

const NOTIFICATION_TAG = 'atelier-doorbell-';

/** Whether this browser shows notifications: it was allowed, refused, or not asked yet. */
export const notificationState = (): NotificationPermission | 'none' =>
  'Notification' in window ? Notification.permission : 'none';

/** Asks the person. Needs a gesture. @returns whether notifications may be shown */
export const allowNotifications = async (): Promise<boolean> =>
  'Notification' in window && (await Notification.requestPermission()) === 'granted';

/** Why no notification can be shown, and what to do about it, in words; empty when one can. */
export function whyNoNotifications(): string {
  const state = notificationState();
  if (state === 'granted') return '';
  if (state === 'none') return 'This browser shows no notifications to pages like this one.';
  if (state === 'denied')
    return 'This browser lets this page show no notifications: allow them in its settings for this page, beside the address, then switch it on again.';
  return 'The browser’s question was not answered: switch it on again, and allow notifications.';
}

/** Actions are young; the DOM's types do not have them. */
interface WithActions extends NotificationOptions {
  readonly actions?: readonly { readonly action: string; readonly title: string }[];
}

/** Shows a message as a notification of the system. */
export async function notify(message: Message): Promise<VisitProblem | undefined> {
  if (notificationState() !== 'granted') return 'not-told';
  const options: WithActions = {
    body: summaryOf(message),
    lang: message.language,
    // One of a message at most: a second one takes the place of the first.
    tag: `${NOTIFICATION_TAG}${message.id}`,
    icon: new URL('icons/atelier-192.png', document.baseURI).href,
    data: { doorbell: message.id },
  };
  const title = titleOf(message.by);
  const registration = await navigator.serviceWorker.getRegistration();
  if (registration !== undefined) {
    const actions = [
      ...(message.soundSec > 0 ? [{ action: 'play', title: 'Play' }] : []),
      { action: 'hide', title: 'Hide' },
    ];
    const withActions: WithActions = { ...options, actions };
    await registration.showNotification(title, withActions);
    return undefined;
  }
  // Without a service worker a page may show one too, with nothing to press in it.
  const notification = new Notification(title, options);
  notification.onclick = () => {
    window.focus();
    notification.close();
  };
  return undefined;
}

/** Calls back with the message that a notification was pressed to play. @returns ends that */
export function onPlayAsked(listener: (id: string) => void): () => void {
  if (!('serviceWorker' in navigator)) return () => undefined;
  const { serviceWorker } = navigator;
  const take = ({ data }: MessageEvent): void => {
    if (isDoorbellMessage(data) && data.action === 'play') listener(data.doorbell);
  };
  serviceWorker.addEventListener('message', take);
  return () => serviceWorker.removeEventListener('message', take);
}

/** Counts what came while nobody looked, as the number on the icon of an installed app. */
export class Badge {
  #count = 0;
  readonly #look = (): void => {
    if (document.visibilityState === 'visible') this.#show(0);
  };

  constructor() {
    document.addEventListener('visibilitychange', this.#look);
  }

  add(): void {
    if (document.visibilityState !== 'visible') this.#show(this.#count + 1);
  }

  close(): void {
    document.removeEventListener('visibilitychange', this.#look);
  }

  #show(count: number): void {
    if (count === this.#count || !('setAppBadge' in navigator)) return;
    this.#count = count;
    // Refused where the page is not installed; then there is no icon to write on.
    (count === 0 ? navigator.clearAppBadge() : navigator.setAppBadge(count)).catch(() => undefined);
  }
}
