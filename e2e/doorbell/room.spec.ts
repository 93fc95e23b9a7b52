import { babble, DoorbellPage, withMicrophone } from '../support/doorbell.ts';
import { expect, test } from '../support/site.ts';

test('with too many messages the page says which would go, the oldest, and brings them back', async ({
  site,
}) => {
  await withMicrophone(babble(5, 61), async (context) => {
    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await doorbell.recordFor(3);
    for (const words of ['the first', 'the second', 'the third']) {
      const before = await doorbell.messages.count();
      await doorbell.ring();
      await expect(doorbell.messages).toHaveCount(before + 1);
      await (await doorbell.newest()).getByRole('textbox', { name: 'Transcript' }).fill(words);
    }
    const transcripts = doorbell.messages.getByRole('textbox', { name: 'Transcript' });
    // The oldest one is starred, and stays.
    await doorbell.messages.last().getByRole('button', { name: 'Star' }).click();
    const warning = page.getByRole('status', { name: 'What would go' });
    await expect(warning).toBeHidden();
    const room = page.getByRole('group', { name: 'Room for messages' });
    await expect(room).toContainText(/take [\d.]+ kB/);
    const taken = Number(/take ([\d.]+) kB/.exec((await room.textContent()) ?? '')?.[1]) / 1000;

    const limit = room.getByRole('spinbutton', { name: 'They may take' });
    await limit.fill(String(taken * 0.8));
    await limit.blur();
    await expect(warning).toContainText('the oldest message without a star');
    await limit.fill(String(taken / 10));
    await limit.blur();
    await expect(warning).toContainText('the 2 oldest messages without a star');
    await expect(warning).toContainText('it would still be too much');
    await limit.fill(String(taken * 0.8));
    await limit.blur();
    // Nothing has gone until it is pressed.
    await expect(doorbell.messages).toHaveCount(3);
    await room.getByRole('button', { name: 'Delete it' }).click();
    await expect(doorbell.messages).toHaveCount(2);
    await expect(transcripts.first()).toHaveValue('the third');
    await expect(transcripts.last()).toHaveValue('the first');
    await expect(warning).toBeHidden();
    await page
      .getByRole('status', { name: 'Messages of Atelier' })
      .getByRole('button', { name: 'Undo' })
      .click();
    await expect(doorbell.messages).toHaveCount(3);
    await expect(warning).toBeVisible();
  });
});
