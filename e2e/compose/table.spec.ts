import { ComposePage } from '../support/compose.ts';
import { expect, test } from '../support/site.ts';

test('the table does what the roll does: it adds, moves, selects and deletes, and keeps the focus', async ({
  page,
  site,
}) => {
  const compose = new ComposePage(page);
  await compose.open(site.url);
  await compose.notes();
  const add = page.getByRole('button', { name: 'Add a note' });
  await add.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('spinbutton', { name: 'Pitch of C4, bar 1, beat 1, MIDI' })).toBeFocused();
  // The first is selected: the next goes behind it.
  await add.click();
  await expect(page.getByRole('spinbutton', { name: 'Pitch of C4, bar 1, beat 2, MIDI' })).toBeFocused();
  await add.click();
  expect((await compose.notes()).map(({ start }) => start)).toEqual([
    'bar 1, beat 1',
    'bar 1, beat 2',
    'bar 1, beat 3',
  ]);

  // The first becomes the last: its row goes down, and the focus with it.
  const bar = page.getByRole('spinbutton', { name: 'Bar of C4, bar 1, beat 1', exact: true });
  await bar.fill('2');
  await bar.press('Enter');
  const moved = page.getByRole('spinbutton', { name: 'Bar of C4, bar 2, beat 1', exact: true });
  await expect(moved).toBeFocused();
  // By Tab it goes on as it is used to.
  const beat = page.getByRole('spinbutton', { name: 'Beat of C4, bar 1, beat 2', exact: true });
  await beat.fill('3.25');
  await beat.press('Tab');
  await expect(
    page.getByRole('spinbutton', { name: 'Length of C4, bar 1, beat 3, sixteenth 2, sixteenths' }),
  ).toBeFocused();
  expect((await compose.notes()).map(({ start }) => start)).toEqual([
    'bar 1, beat 3',
    'bar 1, beat 3, sixteenth 2',
    'bar 2, beat 1',
  ]);

  // The note that was added last is selected.
  const chosen = page.getByRole('group', { name: 'Selected notes' });
  await expect(chosen).toContainText('1 note');
  await page.getByRole('checkbox', { name: 'Select C4, bar 2, beat 1' }).check();
  await expect(chosen).toContainText('2 notes');
  await chosen.getByRole('button', { name: 'Octave up' }).click();
  expect((await compose.notes()).map(({ pitch }) => pitch).sort((a, b) => a - b)).toEqual([60, 72, 72]);

  await page.getByRole('button', { name: 'Delete C4' }).click();
  await expect(compose.roll).toHaveAttribute('data-notes', '2');
  await expect(page.locator('tbody button:focus')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(compose.roll).toHaveAttribute('data-notes', '0');
  await expect(add).toBeFocused();
});

test('a screen reader hears what the network thinks of the cell, as the mouse shows it', async ({
  page,
  site,
}) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const spoken = page.locator('[aria-live=polite]').filter({ hasText: /bar \d+, beat \d/ });
  await compose.roll.focus();
  await expect(spoken).toHaveText('C4, bar 1, beat 1, empty');
  await page.getByRole('button', { name: 'See what it thinks' }).click();
  await expect(page.getByText(/Warm cells are those it would flip next/)).toBeVisible({ timeout: 30_000 });
  await compose.roll.focus();
  await expect(spoken).toHaveText(
    /^C4, bar 1, beat 1, empty; (under )?\d[\d.]* % of what it would flip next, before any rule$/,
  );
  await page.keyboard.press('ArrowUp');
  await expect(spoken).toHaveText(
    /^C♯4, bar 1, beat 1, empty; (under )?\d[\d.]* % of what it would flip next, before any rule$/,
  );
});
