import { chromium } from '@playwright/test';

/** What a browser says of itself, e.g. `Chromium 141.0.7390.37`. */
export async function browserVersion(executablePath: string): Promise<string> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const version = browser.version();
  await browser.close();
  return `Chromium ${version}`;
}
