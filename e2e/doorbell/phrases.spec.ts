import { type Page } from '@playwright/test';
import { DoorbellPage, withMicrophone } from '../support/doorbell.ts';
import { expect, recordRequests, test } from '../support/site.ts';
import { speech } from '../support/speech.ts';

const ENGINE = 'Names and set phrases, on this device';
const SAID = /this is Ana Miller with a parcel/;

/** Whoever presses `Download` hears it fail, too. */
async function download(page: Page): Promise<void> {
  await engine(page).getByRole('button', { name: 'Download' }).click();
  await expect(engine(page)).toHaveAttribute('data-readiness', 'ready', { timeout: 30_000 });
  await expect(page.getByText('It could not be downloaded')).toBeHidden();
}

const engine = (page: Page) => page.getByRole('listitem').filter({ hasText: ENGINE });

/** English is heard, by this engine alone. */
async function prepare({ page }: DoorbellPage): Promise<void> {
  await page.getByRole('combobox', { name: 'Language', exact: true }).selectOption('en-US');
  await page.getByRole('switch', { name: 'The browser, by its maker’s service' }).click();
  const known = page.getByRole('textbox', { name: 'Words to know' });
  await known.fill('Ana Miller');
  await known.blur();
}

test('names and set phrases are heard without a network, and a kept recording is transcribed again', async ({
  site,
}) => {
  await withMicrophone(speech('parcel'), async (context) => {
    const requested = recordRequests(context);
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await prepare(doorbell);
    await doorbell.recordFor(7);
    await doorbell.ring();
    const before = await doorbell.newest();
    await expect(before).toContainText('Nothing in the list “Transcribe with” can write this down');

    await expect(engine(page)).toHaveAttribute('data-readiness', 'needs-download');
    expect(requested.filter((address) => address.includes('models/soundswallower'))).toEqual([]);
    await download(page);
    await before.getByRole('button', { name: 'Transcribe again' }).click();
    await expect(before.getByRole('textbox', { name: 'Transcript' })).toHaveValue(SAID, { timeout: 30_000 });
    await expect(before).toContainText(`Written down by: ${ENGINE}`);
    await expect(before).not.toContainText('Nothing in the list');

    // It is kept: everything goes on without the site.
    await context.setOffline(true);
    await page.reload();
    await doorbell.ready();
    await doorbell.ring();
    await expect(doorbell.messages).toHaveCount(2);
    const message = await doorbell.newest();
    await expect(message.getByRole('textbox', { name: 'Transcript' })).toHaveValue(SAID);
    expect(
      requested.filter((address) => !address.startsWith(site.url) && !address.startsWith('blob:')),
    ).toEqual([]);
  });
});

test('speech in which none of its words is gives no words, and says so', async ({ site }) => {
  await withMicrophone(speech('train'), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await prepare(doorbell);
    await download(page);
    await doorbell.recordFor(4);
    await doorbell.ring();
    const message = await doorbell.newest();
    await expect(message).toContainText('could not be transcribed');
    await message.getByRole('button', { name: 'Transcribe again' }).click();
    await expect(page.getByText('none of the words it knows is in it')).toBeVisible();
  });
});
