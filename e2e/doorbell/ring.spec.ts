import type { Locator } from '@playwright/test';
import { expect, recordRequests, test } from '../support/site.ts';
import { babble, DoorbellPage, likeness, withMicrophone } from '../support/doorbell.ts';

test('Ring now: greeted, recorded as it was said, kept', async ({ site }) => {
  const voice = babble(11, 7);
  await withMicrophone(voice, async (context) => {
    const requested = recordRequests(context);
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await expect(doorbell.status).toHaveText(/No sensor is connected/);
    await doorbell.recordFor(4);
    await doorbell.ring();
    await expect(doorbell.status).toHaveText(/Listening/);
    const level = page.getByRole('meter', { name: 'Level' });
    await expect.poll(async () => Number(await level.getAttribute('aria-valuenow'))).toBeGreaterThan(40);
    const message = await doorbell.newest();
    const heard = await doorbell.sound(message);
    expect(heard.length / 48_000).toBeGreaterThan(3.8);
    expect(heard.length / 48_000).toBeLessThan(5.5);
    expect(likeness(voice, heard)).toBeGreaterThanOrEqual(0.95);
    // Another voice is not like it: the measure can fail.
    expect(likeness(babble(11, 8), heard)).toBeLessThan(0.6);

    await message.getByRole('textbox', { name: 'Transcript' }).fill('A parcel for number twelve');
    await message.getByRole('button', { name: 'Star' }).click();
    await page.reload();
    await doorbell.ready();
    const kept = await doorbell.newest();
    await expect(kept.getByRole('textbox', { name: 'Transcript' })).toHaveValue('A parcel for number twelve');
    await expect(kept.getByRole('button', { name: 'Take the star off' })).toBeVisible();
    expect(likeness(voice, await doorbell.sound(kept))).toBeGreaterThanOrEqual(0.95);
    expect(
      requested.filter((address) => !address.startsWith(site.url) && !address.startsWith('blob:')),
    ).toEqual([]);
  });
});

test('a message is searched for, deleted and brought back, saved to a file and read back', async ({
  site,
}) => {
  await withMicrophone(babble(5, 3), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await doorbell.recordFor(3);
    for (const words of ['the first one', 'the second one']) {
      const before = await doorbell.messages.count();
      await doorbell.ring();
      await expect(doorbell.messages).toHaveCount(before + 1);
      await (await doorbell.newest()).getByRole('textbox', { name: 'Transcript' }).fill(words);
    }
    const transcripts = doorbell.messages.getByRole('textbox', { name: 'Transcript' });
    const search = page.getByRole('searchbox', { name: 'Search messages' });
    await search.fill('FIRST');
    await expect(doorbell.messages).toHaveCount(1);
    await search.fill('');
    await expect(doorbell.messages).toHaveCount(2);

    const known = page.getByRole('textbox', { name: 'Words to know' });
    await known.fill('Ana Müller');
    await known.blur();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save to a file' }).click(),
    ]);
    const file = await download.path();
    const [sound] = [await doorbell.sound(doorbell.messages.first())];

    await doorbell.messages.first().getByRole('button', { name: 'Delete' }).click();
    await expect(doorbell.messages).toHaveCount(1);
    await page
      .getByRole('status', { name: 'Messages of Atelier' })
      .getByRole('button', { name: 'Undo' })
      .click();
    await expect(doorbell.messages).toHaveCount(2);
    for (const count of [1, 0]) {
      await doorbell.messages.first().getByRole('button', { name: 'Delete' }).click();
      await expect(doorbell.messages).toHaveCount(count);
    }
    await page.getByLabel('Open a file').setInputFiles({
      name: 'broken.zip',
      mimeType: 'application/zip',
      buffer: Buffer.from('PK no zip'),
    });
    await expect(page.getByRole('alert')).toContainText('broken.zip cannot be opened');
    await page.getByLabel('Open a file').setInputFiles(file);
    await expect(doorbell.messages).toHaveCount(2);
    await expect(transcripts.first()).toHaveValue('the second one');
    expect(await doorbell.sound(doorbell.messages.first())).toEqual(sound);
    // A recording that was drawn, and so measured anew, is the same one still.
    for (const at of [0, 1]) {
      const player = doorbell.messages.nth(at).locator('[data-player]');
      await player.scrollIntoViewIfNeeded();
      await expect(player).toHaveAttribute('data-player', 'waveform');
    }
    await page.getByLabel('Open a file').setInputFiles(file);
    await expect(page.getByText('2 messages were there already')).toBeVisible();
    await expect(doorbell.messages).toHaveCount(2);
  });
});

test('without a microphone the visit ends all the same, and says why', async ({ page, site }) => {
  const doorbell = new DoorbellPage(page);
  // The permission is refused by the browser: nothing was granted in this context.
  await doorbell.open(site.url);
  await doorbell.ring();
  const message = await doorbell.newest('failed');
  await expect(message).toContainText('does not let this page use the microphone');
});

test('two tabs: one is the doorbell, both show and change the messages', async ({ site }) => {
  await withMicrophone(babble(5, 4), async (context) => {
    const first = new DoorbellPage(await context.newPage());
    await first.open(site.url);
    await first.recordFor(3);
    const second = new DoorbellPage(await context.newPage());
    await second.open(site.url);
    await expect(second.page.getByText('Another tab of this browser is the doorbell')).toBeVisible();
    await expect(second.page.getByRole('button', { name: 'Ring now' })).toBeDisabled();
    await first.page.bringToFront();
    await first.ring();
    await first.newest();
    const there = await second.newest();
    await there.getByRole('button', { name: 'Star' }).click();
    const here = await first.newest();
    await here.getByRole('textbox', { name: 'Transcript' }).fill('Both');
    await expect(here.getByRole('button', { name: 'Take the star off' })).toBeVisible();
    await expect(there.getByRole('textbox', { name: 'Transcript' })).toHaveValue('Both');
    // Who is a visitor is the same in both, and stays so in the one that takes over.
    const farthest = ({ page }: DoorbellPage): Locator => page.getByRole('spinbutton', { name: 'Farthest' });
    await farthest(first).fill('150');
    await farthest(first).blur();
    await expect(farthest(second)).toHaveValue('150');
    await first.page.close();
    await expect(second.page.getByRole('button', { name: 'Ring now' })).toBeEnabled();
    await expect(farthest(second)).toHaveValue('150');
  });
});

test('what was set travels with the saved file into another browser, the consent does not', async ({
  site,
}) => {
  let file = '';
  await withMicrophone(babble(5, 14), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await page.getByRole('textbox', { name: 'Greeting' }).fill('Moin! Who is there?');
    await page.getByRole('textbox', { name: 'Words to know' }).fill('Ana Müller');
    await doorbell.recordFor(3);
    await doorbell.ring('Allow');
    await doorbell.newest();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save to a file' }).click(),
    ]);
    file = test.info().outputPath('messages.zip');
    await download.saveAs(file);
  });
  await withMicrophone(babble(5, 14), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await doorbell.recordFor(7);
    await page.getByLabel('Open a file').setInputFiles(file);
    await expect(doorbell.messages).toHaveCount(1);
    await expect(page.getByRole('textbox', { name: 'Greeting' })).toHaveValue('Moin! Who is there?');
    await expect(page.getByRole('textbox', { name: 'Words to know' })).toHaveValue('Ana Müller');
    // What the person has set here stays.
    await expect(page.getByRole('spinbutton', { name: 'Record for' })).toHaveValue('7');
    await expect(page.getByRole('button', { name: 'Allow sending audio' })).toBeVisible();
  });
});
