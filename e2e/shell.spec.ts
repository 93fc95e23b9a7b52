import { expect, open, test } from './support/site.ts';

test.use({ isKept: true });

test('the navigation leads everywhere, titles the page and moves the focus to its heading', async ({
  page,
  serve,
}) => {
  const site = await serve();
  await open(page, site);
  await expect(page).toHaveTitle('Atelier');
  const navigation = page.getByRole('navigation', { name: 'Atelier' });
  for (const [link, heading, title] of [
    ['Look', 'Look', 'Look · Atelier'],
    ['This device', 'This device', 'This device · Atelier'],
    ['About', 'About Atelier', 'About · Atelier'],
  ] as const) {
    await navigation.getByRole('link', { name: link }).click();
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeFocused();
    await expect(page).toHaveTitle(title);
    await expect(navigation.getByRole('link', { name: link })).toHaveAttribute('aria-current', 'page');
    await expect(page.getByRole('main')).toHaveCount(1);
  }
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1, name: 'This device' })).toBeVisible();
  await page.goto(site.url);
  await page.getByRole('main').getByRole('link', { name: 'Look' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Look' })).toBeFocused();
});

test('an unknown address says so and leads home', async ({ page, serve }) => {
  const site = await serve();
  for (const route of ['/nothing-here', '/shots', '/look/deeper']) {
    await open(page, site, route);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is nothing at this address');
  }
  await page.getByRole('main').getByRole('link', { name: 'home page' }).click();
  await expect(page).toHaveTitle('Atelier');
});

test('the theme follows the system or the choice, which is kept', async ({ page, serve }) => {
  const site = await serve();
  const ground = () => page.locator('html').evaluate((root) => getComputedStyle(root).backgroundColor);
  await page.emulateMedia({ colorScheme: 'dark' });
  await open(page, site);
  const theme = page.getByRole('radiogroup', { name: 'Theme' });
  await expect(theme.getByRole('radio', { name: 'System' })).toBeChecked();
  const dark = await ground();
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await ground();
  expect(light).not.toBe(dark);
  await theme.getByRole('radio', { name: 'Dark' }).check();
  await expect.poll(ground).toBe(dark);
  await page.reload();
  await expect(theme.getByRole('radio', { name: 'Dark' })).toBeChecked();
  expect(await ground()).toBe(dark);
  // By keyboard, as any radio group.
  await theme.getByRole('radio', { name: 'Dark' }).press('ArrowLeft');
  await expect(theme.getByRole('radio', { name: 'Light' })).toBeChecked();
  await expect.poll(ground).toBe(light);
});

test('? shows the keys of the page, and Escape gives the focus back', async ({ page, serve }) => {
  await open(page, await serve(), '/about');
  const link = page.getByRole('navigation').getByRole('link', { name: 'Look' });
  await link.focus();
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keys of this page' });
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(link).toBeFocused();
});

test('leaving a page while its workers are still busy is no error', async ({ page, site }) => {
  await open(page, site, '/look');
  const links = page.getByRole('navigation').getByRole('link');
  // At once, before anything has opened.
  for (let round = 0; round < 4; round += 1)
    for (const name of ['This device', 'Look']) await links.filter({ hasText: name }).click();
  await expect(page.getByRole('main')).toHaveAttribute('data-ready', 'true');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('an unexpected error offers to reload and to copy its details', async ({ page, serve, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, await serve(), '/about');
  await page.evaluate(() => {
    setTimeout(() => {
      throw new Error('the roof came down');
    });
  });
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('the roof came down');
  await alert.getByRole('button', { name: 'Copy details' }).click();
  await expect(alert).toContainText('Copied.');
  const details = await page.evaluate(() => navigator.clipboard.readText());
  expect(details).toContain('the roof came down');
  expect(details).toContain('Page: #/about');
  await alert.getByRole('button', { name: 'Reload' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(page.getByRole('heading', { level: 1, name: 'About Atelier' })).toBeVisible();
});

test('a page whose code cannot be fetched says so instead of staying empty', async ({ page, serve }) => {
  let isBroken = true;
  const site = await serve({
    intercept: (path, _request, response) => {
      if (!isBroken || !path.startsWith('/assets/AboutPage')) return false;
      response.writeHead(503).end();
      return true;
    },
  });
  await open(page, site, '/about');
  await expect(page.getByRole('heading', { level: 1, name: 'This page did not open' })).toBeVisible();
  isBroken = false;
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'About Atelier' })).toBeVisible();
});

test('the site works from a folder of a host, also offline there', async ({
  page,
  serve,
  requested,
  context,
}) => {
  const site = await serve({ base: '/some/folder/', headers: false });
  await open(page, site, '/about');
  await expect(page.getByRole('heading', { name: 'Libraries' })).toBeVisible();
  expect(requested.filter((address) => !address.startsWith(site.url))).toEqual([]);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Libraries' })).toBeVisible();
});

test('the about page lists what ships, with licences and texts', async ({ page, serve }) => {
  await open(page, await serve(), '/about');
  for (const name of [
    'svelte',
    '@lucide/svelte',
    'workbox-precaching',
    '@fontsource-variable/instrument-sans',
  ]) {
    const entry = page.locator('details', { has: page.getByText(name, { exact: true }) });
    await entry.locator('summary').click();
    await expect(entry.locator('pre')).toContainText(/permission|licen[cs]e/i);
  }
  await expect(page.getByRole('main')).toContainText('EfficientNet-Lite1');
  await expect(page.getByRole('main')).toContainText('CC0');
});

test('an error that nobody caught is told in plain words, its text below', async ({ page, serve }) => {
  const site = await serve();
  await open(page, site);
  await page.evaluate(() => {
    setTimeout(() => {
      throw new Error('https://svelte.dev/e/some_code');
    });
  });
  const note = page.getByRole('alert').filter({ hasText: 'Something went wrong' });
  await expect(note).toContainText('met an error');
  const text = note.getByText('Error: https://svelte.dev/e/some_code').first();
  await expect(text).toBeHidden();
  await note.getByText('Details, for whoever mends it').click();
  await expect(text).toBeVisible();
  await note.getByRole('button', { name: 'Go on anyway' }).click();
  await expect(note).toHaveCount(0);
});
