import AxeBuilder from '@axe-core/playwright';
import { ComposePage } from '../support/compose.ts';
import { expect, test } from '../support/site.ts';

for (const width of [1280, 390])
  test(`the guided tour explains five things with the melody that is there, and goes: ${width} px`, async ({
    page,
    site,
  }) => {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const compose = new ComposePage(page);
    await compose.open(site.url);
    const start = page.getByRole('button', { name: 'Show me around' });
    await start.click();
    const tour = page.getByRole('dialog', { name: 'Guided tour' });
    await expect(tour.getByRole('heading', { name: 'The piano roll' })).toBeFocused();
    await tour.getByRole('button', { name: /^Take “/ }).click();
    await expect(tour).toContainText(/Your \d+ notes are \d+ cells that are on/);
    const before = await compose.count();

    await tour.getByRole('button', { name: 'Next' }).click();
    await expect(tour).toContainText(/First of all it would (add|take away) .+, at .+ %/, {
      timeout: 30_000,
    });
    await tour.getByRole('button', { name: 'Next' }).click();
    const likeliest = tour.getByText(/the likeliest cell has/);
    const calm = await likeliest.textContent();
    await compose.set('Creative risk', 3);
    await expect(likeliest).not.toHaveText(calm ?? '');
    await expect(likeliest).toContainText('At 3.00');

    await tour.getByRole('button', { name: 'Next' }).click();
    await tour.getByRole('button', { name: 'Do one step' }).click();
    await expect(tour).toContainText(/It (added|took away) one cell/);
    await expect(compose.status).toHaveText(/1 added, 0 removed/);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations).toEqual([]);
    await tour.getByRole('button', { name: 'Next' }).click();
    await expect(tour.getByRole('heading', { name: 'A run' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(tour).toBeHidden();
    await expect(start).toBeFocused();
    // What it showed on the way is put away again; what was done stays.
    await expect(page.getByRole('button', { name: 'See what it thinks' })).toHaveAttribute(
      'aria-pressed',
      'false',
    );
    expect(await compose.count()).toBeGreaterThanOrEqual(before);
  });

test('the card on the home page plays its phrase while it is pointed at', async ({ page, site }) => {
  // Everything that is heard goes by an ear.
  await page.addInitScript(() => {
    const ears: AnalyserNode[] = [];
    const { AudioContext: Plain } = window;
    class Heard extends Plain {
      constructor() {
        super();
        const ear = new AnalyserNode(this);
        ear.connect(this.destination);
        Object.defineProperty(this, 'destination', { value: ear });
        ears.push(ear);
      }
    }
    Object.assign(window, { AudioContext: Heard, ears });
  });
  await page.goto(`${site.url}#/`);
  const card = page.getByRole('listitem').filter({ hasText: 'Open Compose' });
  const picture = card.locator('[data-sounding]');
  await expect(picture).toBeVisible();
  await expect(picture).toHaveAttribute('data-sounding', 'false');
  // A browser lets a page sound once somebody has clicked.
  await page.mouse.click(1, 1);
  await card.hover();
  await expect(picture).toHaveAttribute('data-sounding', 'true');
  const loudness = () =>
    page.evaluate(() => {
      const [ear] = (window as unknown as { ears: AnalyserNode[] }).ears;
      const wave = new Float32Array(2048);
      ear?.getFloatTimeDomainData(wave);
      return Math.max(...wave.map(Math.abs));
    });
  await expect.poll(loudness).toBeGreaterThan(0.01);
  await page.mouse.move(1, 1);
  await expect(picture).toHaveAttribute('data-sounding', 'false');
  const link = card.getByRole('link').first();
  await link.focus();
  await expect(picture).toHaveAttribute('data-sounding', 'true');
  await link.blur();
  await expect(picture).toHaveAttribute('data-sounding', 'false');
  const states = () =>
    page.evaluate(() =>
      (window as unknown as { ears: AnalyserNode[] }).ears.map(({ context }) => context.state),
    );
  await expect.poll(states).toEqual(['closed', 'closed']);
});
