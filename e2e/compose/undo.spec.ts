import { ComposePage } from '../support/compose.ts';
import { expect, test } from '../support/site.ts';

test('each control of the mixer is a step of undo, and each movement of a slider', async ({ page, site }) => {
  await page.clock.install();
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const undo = page.getByRole('main').getByRole('button', { name: 'Undo' });
  await page.locator('summary').filter({ hasText: 'Mixer' }).click();
  const alto = page.getByRole('combobox', { name: 'Instrument of Alto' });
  const mute = page.getByRole('button', { name: 'Mute Soprano' });
  await mute.click();
  await alto.selectOption('organ');
  await expect(page.getByRole('note').filter({ hasText: 'Soprano is not heard' })).toBeVisible();
  await undo.click();
  await expect(alto).toHaveValue('piano');
  await expect(mute).toHaveAttribute('aria-pressed', 'true');
  await undo.click();
  await expect(mute).toHaveAttribute('aria-pressed', 'false');
  await expect(page.getByRole('note').filter({ hasText: 'is not heard' })).toHaveCount(0);

  const risk = page.getByRole('slider', { name: 'Creative risk' });
  const first = await risk.inputValue();
  await risk.fill('1.7');
  await risk.fill('1.75');
  await page.clock.fastForward(3000);
  await risk.fill('3.7');
  await undo.click();
  await expect(risk).toHaveValue('1.75');
  await undo.click();
  await expect(risk).toHaveValue(first);

  // What was muted was so for the sake of this piece.
  await mute.click();
  await compose.melody(/Frère Jacques/);
  await expect(mute).toHaveAttribute('aria-pressed', 'false');
});

test('Mend leaves a melody without a wrong note alone, and gives a wrong one its right place as a whole', async ({
  page,
  site,
}) => {
  const compose = await ComposePage.with(page, site.url, /Ode to Joy/);
  const right = await compose.notes();
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('mend');
  await compose.compose();
  expect(await compose.notes()).toEqual(right);

  const pitch = page.getByRole('spinbutton', { name: /^Pitch of/ }).nth(4);
  const was = Number(await pitch.inputValue());
  await pitch.fill(String(was + 1));
  await pitch.press('Enter');
  await compose.compose();
  const mended = await compose.notes();
  expect(mended).toHaveLength(right.length);
  expect(mended.filter((_, at) => at !== 4)).toEqual(right.filter((_, at) => at !== 4));
  expect(mended[4]).toMatchObject({ start: right[4]?.start, length: right[4]?.length });
  expect(Math.abs((mended[4]?.pitch ?? 0) - was - 1)).toBeLessThanOrEqual(2);
});
