import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { babble, DoorbellPage, withMicrophone } from '../support/doorbell.ts';
import { doorbellFile } from '../support/doorbell-file.ts';
import { expect, overflowOf, test } from '../support/site.ts';

const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1280, 390].map((width) => ({ colorScheme, width })),
);

/** Looks at a state of the page in both themes, wide and narrow. */
async function look(page: Page, what: string): Promise<void> {
  for (const { colorScheme, width } of LOOKS) {
    await page.setViewportSize({ width, height: 844 });
    // Axe reads colours as they are at one moment: nothing may be fading in.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const where = `${what}, ${colorScheme}, ${width} px`;
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations, where).toEqual([]);
    expect(await overflowOf(page), `${where} is wider than the window`).toBeLessThanOrEqual(0);
  }
}

test('axe finds nothing with messages, in the dialogs, and while a visit goes on', async ({ site }) => {
  test.setTimeout(240_000);
  await withMicrophone(babble(7, 77), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    const relay = (state: string, failure: string): object => ({ state, attempts: 1, nextAtMs: 0, failure });
    await page.getByLabel('Open a file').setInputFiles({
      ...{ name: 'saved.zip', mimeType: 'application/zip' },
      buffer: doorbellFile([
        { id: 'm0', transcript: 'A parcel. '.repeat(60), isStarred: true, distanceCm: 80, by: 'sensor' },
        { id: 'm1', transcript: 'مرحبا', language: 'ar', relay: relay('sent', '') },
        { id: 'm2', transcript: 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(6) },
        { id: 'm3', state: 'failed', problems: ['no-microphone', 'not-greeted'] },
        { id: 'm4', state: 'listening', relay: relay('sending', '') },
        { id: 'm5', bytes: new Uint8Array(100), transcript: 'A recording that cannot be decoded' },
      ]),
    });
    await expect(doorbell.messages).toHaveCount(6);
    for (const name of ['Who is a visitor', 'Set up a Raspberry Pi'])
      await page.getByText(name, { exact: true }).click();
    const mail = page.getByRole('textbox', { name: 'Mail address or telephone number' });
    await mail.fill('ana@example.org');
    await mail.blur();
    // Limited, and it says so.
    await doorbell.recordFor(600);
    await expect(page.getByText('Not 600: 120 counts')).toBeVisible();
    await look(page, 'with messages');

    for (const [button, title] of [
      ['Export', 'Export messages'],
      ['Allow sending audio …', 'Allow sending audio'],
    ] as const) {
      await page.getByRole('button', { name: button, exact: true }).click();
      await expect(page.getByRole('dialog', { name: title })).toBeVisible();
      await look(page, `the dialog “${title}”`);
      await page.keyboard.press('Escape');
    }

    await doorbell.ring();
    await expect(doorbell.status).toHaveText(/Listening/);
    await look(page, 'while a visit goes on');
    await page.getByRole('button', { name: 'Door view' }).click();
    await look(page, 'the door view while a visit goes on');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Stop recording' }).click();
    await expect(doorbell.messages.first()).toHaveAttribute('data-state', 'told', { timeout: 60_000 });
    await look(page, 'after it');
  });
});
