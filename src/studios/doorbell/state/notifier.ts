import type { Message } from '../engine/message.ts';
import type { VisitProblem } from '../engine/visit.ts';
import { summaryOf } from './problem-words.ts';

/** Whether this browser shows notifications: it was allowed, refused, or not asked yet. */
export const notificationState = (): NotificationPermission | 'none' =>
  'Notification' in window ? Notification.permission : 'none';

/** Asks the person. Needs a gesture. @returns whether notifications may be shown */
export const allowNotifications = async (): Promise<boolean> =>
  'Notification' in window && (await Notification.requestPermission()) === 'granted';

/** Shows a message as a notification of the system. */
export async function notify(message: Message): Promise<VisitProblem | undefined> {
  if (notificationState() !== 'granted') return 'not-told';
  const options: NotificationOptions = {
    body: summaryOf(message),
    lang: message.language,
    // One of a message at most: a second one takes the place of the first.
    tag: `atelier-doorbell-${message.id}`,
    icon: new URL('icons/atelier-192.png', document.baseURI).href,
    silent: false,
  };
  const title = message.by === 'sensor' ? 'Somebody was at the door' : 'The doorbell rang';
  try {
    const notification = new Notification(title, options);
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
    return undefined;
  } catch (thrown) {
    // On phones only the service worker may show one.
    if (!(thrown instanceof TypeError)) throw thrown;
    const registration = await navigator.serviceWorker.getRegistration();
    if (registration === undefined) return 'not-told';
    await registration.showNotification(title, options);
    return undefined;
  }
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
