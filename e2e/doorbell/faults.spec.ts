import { babble, DoorbellPage, withMicrophone } from '../support/doorbell.ts';
import { limitRoom, takePermission } from '../support/faults.ts';
import { expect, test } from '../support/site.ts';

/** A recording of a hundred seconds takes ten times that. */
const ROOM_LEFT = 50_000;

test('the disk is full in the middle of a recording, and before one: all is in memory, and kept once there is room', async ({
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
    await expect(page.getByText('The browser has no more room')).toBeVisible({ timeout: 80_000 });
    // Nobody is cut off in the middle: the rest is in memory.
    await expect(page.getByRole('button', { name: 'Stop recording' })).toBeVisible();
    await page.getByRole('button', { name: 'Stop recording' }).click();
    const message = await doorbell.newest();
    await expect(message).toContainText('no more room');
    await expect(message.locator('audio')).toHaveCount(1);
    // The next one comes when it is full already.
    await doorbell.ring();
    await expect(page.getByText('97 s', { exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Stop recording' }).click();
    await expect(doorbell.messages).toHaveCount(2);
    const second = doorbell.messages.first();
    await doorbell.newest();
    await expect(second).toContainText('could not keep this visit');
    await expect(second.locator('audio')).toHaveCount(1);
    // There is room again: what was in memory is kept with the next visit.
    await room.free();
    await doorbell.recordFor(3);
    await doorbell.ring();
    await expect(doorbell.messages).toHaveCount(3);
    await doorbell.newest();
    await expect(doorbell.messages.nth(1)).not.toContainText('could not keep this visit');
    await page.reload();
    await doorbell.ready();
    await expect(doorbell.messages).toHaveCount(3);
    for (const at of [1, 2]) {
      const kept = doorbell.messages.nth(at);
      await expect(kept).toHaveAttribute('data-state', 'told');
      await expect(kept).not.toContainText('no more room');
      expect((await doorbell.sound(kept)).length / 48_000).toBeGreaterThan(2);
    }
  });
});

test('the microphone is taken away in the middle: the recording ends there and is kept', async ({ site }) => {
  await withMicrophone(babble(7, 12), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await doorbell.recordFor(20);
    await doorbell.ring();
    await expect(page.getByText('17 s', { exact: true })).toBeVisible();
    // As a person does beside the address: the browser ends the track.
    await takePermission(page, new URL(site.url).origin, 'microphone');
    const message = await doorbell.newest();
    await expect(message).toContainText('The microphone was taken away');
    expect((await doorbell.sound(message)).length / 48_000).toBeGreaterThan(2);
  });
});
