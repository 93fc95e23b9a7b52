import { isDoorbellMessage, type DoorbellMessage } from '../platform/sw-messages.ts';

const PAGE = '#/doorbell';

/**
 * Leads from a pressed notification to the page of the doorbell: to the tab that shows it, else to a new one.
 *
 * @param self the service worker's global scope
 */
export function leadFromNotifications(self: ServiceWorkerGlobalScope): void {
  self.addEventListener('notificationclick', (event) => {
    const { notification, action } = event;
    notification.close();
    const message: unknown = { ...(notification.data as object | undefined), action };
    if (!isDoorbellMessage(message) || action === 'hide') return;
    event.waitUntil(show(self, message));
  });
}

async function show(self: ServiceWorkerGlobalScope, message: DoorbellMessage): Promise<void> {
  const tabs = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const tab = tabs.find(({ url }) => url.includes(PAGE));
  if (tab === undefined) await self.clients.openWindow(new URL(PAGE, self.registration.scope));
  else {
    tab.postMessage(message);
    await tab.focus();
  }
}
