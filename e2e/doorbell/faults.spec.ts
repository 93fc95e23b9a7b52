import { babble, DoorbellPage, withMicrophone } from '../support/doorbell.ts';
import { limitRoom } from '../support/faults.ts';
import { expect, test } from '../support/site.ts';

/** A recording of a hundred seconds takes ten times that. */
const ROOM_LEFT = 50_000;

test('the disk is full in the middle of a recording: the visit ends, what was said until then is there', async ({
  site,
}) => {
  await withMicrophone(babble(7, 11), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await doorbell.recordFor(100);
    const used = await page.evaluate(() => navigator.storage.estimate());
    const { origin } = new URL(site.url);
    const room = await limitRoom(page, origin, (used.usage ?? 0) + ROOM_LEFT);
    await doorbell.ring();
    await expect(doorbell.messages.first()).toHaveAttribute('data-state', 'listening');
    // The browser remembers for half a minute how much room there was.
    await expect(page.getByRole('list', { name: 'Steps of the visit' })).toBeHidden({ timeout: 80_000 });
    await room.free();
    const message = doorbell.messages.first();
    await expect(message).toContainText('no more room');
    await expect(message).toHaveAttribute('data-state', 'told');
    await expect(message.locator('audio')).toHaveCount(1);
    expect((await doorbell.sound(message)).length / 48_000).toBeGreaterThan(2);
  });
});

test('the microphone is taken away in the middle: the recording ends there and is kept', async ({ site }) => {
  await withMicrophone(babble(7, 12), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await doorbell.recordFor(20);
    // Whoever unplugs a microphone ends its track; the page hears that by this event.
    await page.evaluate(() => {
      const { mediaDevices } = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = async (wanted) => {
        const stream = await open(wanted);
        addEventListener('test-unplug', () => {
          for (const track of stream.getTracks()) {
            track.stop();
            track.dispatchEvent(new Event('ended'));
          }
        });
        return stream;
      };
    });
    await doorbell.ring();
    await expect(page.getByText('17 s', { exact: true })).toBeVisible();
    await page.evaluate(() => dispatchEvent(new Event('test-unplug')));
    const message = await doorbell.newest();
    await expect(message).toContainText('The microphone was taken away');
    expect((await doorbell.sound(message)).length / 48_000).toBeGreaterThan(2);
  });
});
