import { type Locator } from '@playwright/test';
import { likeness, type DoorbellPage } from '../support/doorbell.ts';
import { expect } from '../support/site.ts';
import type { Hall } from './hall.ts';

/** Found in the daemon's record and in no other greeting. */
const GREETING = 'Welcome to number twelve. Who is there, please?';

/**
 * Behind what is said, s: longer together than what is recorded. Where the browser plays its file from the beginning again a
 * moment is lost, which is no fault of the recording.
 */
export const ARTICLE_PAUSE_SEC = 6;

/** How what is said becomes words. */
export type Hears =
  /** By the decoder in the package, which is downloaded. */
  | 'names and set phrases'
  /** By the browser's service, which may be asked. */
  | 'the service';

/** Sets the doorbell up as the article does: a greeting, a language, words to know, an engine, a notification; and starts it. */
export async function setUp(doorbell: DoorbellPage, hears: Hears): Promise<void> {
  const { page } = doorbell;
  await page.context().grantPermissions(['notifications'], { origin: new URL(page.url()).origin });
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.getByRole('combobox', { name: 'Language', exact: true }).selectOption('en-US');
  await page.getByRole('textbox', { name: 'Greeting' }).fill(GREETING);
  const known = page.getByRole('textbox', { name: 'Words to know' });
  await known.fill('Ana Miller');
  await known.blur();
  await doorbell.recordFor(7);
  await page.getByRole('switch', { name: 'Notify me' }).click();
  await expect(page.getByRole('switch', { name: 'Notify me' })).toBeChecked();
  if (hears === 'names and set phrases') {
    await page.getByRole('switch', { name: 'The browser, by its maker’s service' }).click();
    const engine = page.locator('[data-engine="phrases"]');
    await engine.getByRole('button', { name: 'Download' }).click();
    await expect(engine).toHaveAttribute('data-readiness', 'ready', { timeout: 30_000 });
  }
  // A greeting is spoken by a voice of the language, and those come some time after the page.
  await expect(page.getByRole('combobox', { name: 'Greeting voice' })).toBeEnabled({ timeout: 20_000 });
}

/** Arms sound and microphone. */
export async function start({ page }: DoorbellPage, answer: 'Allow' | 'Not now'): Promise<void> {
  await page.getByRole('button', { name: 'Start the doorbell' }).click();
  const question = page.getByRole('dialog', { name: 'Allow sending audio' });
  await expect(page.getByRole('heading', { name: 'The doorbell is on' }).or(question).first()).toBeVisible();
  if (await question.isVisible()) await question.getByRole('button', { name: answer, exact: true }).click();
}

/**
 * Follows a visit from the greeting to the message after a reload.
 *
 * @param doorbell where somebody is coming
 * @param hall that hears the greeting and shows the notification
 * @param voice what the microphone hears
 * @param words what is written down
 * @param leave makes the visitor go, before the page is reloaded
 * @returns the message
 */
export async function follow(
  doorbell: DoorbellPage,
  hall: Hall,
  voice: Float32Array,
  words: RegExp,
  leave?: () => Promise<unknown>,
): Promise<Locator> {
  const { page } = doorbell;
  // A voice whose sound goes to a file has spoken at once: the daemon's record tells, not the page's state.
  await expect.poll(() => hall.spoken.includes(GREETING), { timeout: 60_000 }).toBe(true);
  const message = await doorbell.newest();
  // It was spoken, not only asked for.
  expect(hall.soundBytes).toBeGreaterThan(50_000);
  await expect(message).not.toContainText('could not speak it');
  expect(likeness(voice, await doorbell.sound(message))).toBeGreaterThanOrEqual(0.95);
  const transcript = message.getByRole('textbox', { name: 'Transcript' });
  await expect(transcript).toHaveValue(words);
  const written = await transcript.inputValue();
  await expect.poll(() => hall.notified).toHaveLength(1);
  expect(hall.notified[0]?.body).toContain(written);
  await leave?.();
  await page.reload();
  await doorbell.ready();
  const kept = await doorbell.newest();
  await expect(kept.getByRole('textbox', { name: 'Transcript' })).toHaveValue(written);
  await expect(doorbell.messages).toHaveCount(1);
  return kept;
}
