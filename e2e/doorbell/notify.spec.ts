import { babble, DoorbellPage, withMicrophone } from '../support/doorbell.ts';
import { expect, test } from '../support/site.ts';

test('a message is told by a notification of the system, once, with its actions', async ({ site }) => {
  await withMicrophone(
    babble(5, 6),
    async (context) => {
      await context.grantPermissions(['notifications'], { origin: new URL(site.url).origin });
      const doorbell = new DoorbellPage(await context.newPage());
      const { page } = doorbell;
      await doorbell.open(site.url);
      await page.evaluate(() => navigator.serviceWorker.ready);
      await page.getByRole('switch', { name: 'Notify me' }).click();
      await expect(page.getByRole('switch', { name: 'Notify me' })).toBeChecked();
      await doorbell.recordFor(3);
      await doorbell.ring();
      const message = await doorbell.newest();
      const shown = await page.evaluate(async () => {
        const registration = await navigator.serviceWorker.ready;
        const list = (await registration.getNotifications()) as (Notification & {
          readonly actions: readonly { readonly action: string }[];
        })[];
        return list.map(({ title, body, tag, actions }) => ({
          title,
          body,
          tag,
          actions: actions.map(({ action }) => action),
        }));
      });
      expect(shown).toEqual([
        {
          title: 'The doorbell rang',
          body: 'A recording of 3 s',
          tag: `atelier-doorbell-${(await message.getAttribute('data-id')) ?? ''}`,
          actions: ['play', 'hide'],
        },
      ]);
    },
    { hasProfile: true },
  );
});

test('notifications that are refused: the switch stays off, and the page says why and what to do', async ({
  page,
  site,
}) => {
  const doorbell = new DoorbellPage(page);
  await doorbell.open(site.url);
  // As a person answers who presses “Block”.
  await page.evaluate(() => {
    Object.defineProperty(Notification, 'permission', { value: 'denied' });
    Notification.requestPermission = () => Promise.resolve('denied');
  });
  const notify = page.getByRole('switch', { name: 'Notify me' });
  await notify.click();
  await expect(page.getByRole('alert')).toContainText('allow them in its settings for this page');
  await expect(notify).not.toBeChecked();
});
