import { spawnSync } from 'node:child_process';
import { freshProfile, openBrowser } from '../../cli/site/open-site.ts';
import { startServer } from '../../scripts/static-server.ts';
import { indexAll, openWarm } from './end-to-end.ts';
import { functionTimes, PROFILE_CATEGORIES, type ProfileEvent } from './profile.ts';
import { trace } from './trace.ts';

/** The site with the names of its functions; the shipped one has none. */
const NAMED_SITE = '.cache/named-site';
const SHOWN = 40;

/** Prints where the threads' time goes while pictures are indexed: wall time of samples, so a busy machine inflates it. */
export async function printProfile(files: readonly string[]): Promise<void> {
  const build = ['vite', 'build', '--minify', 'false', '--outDir', NAMED_SITE, '--emptyOutDir'];
  const { status } = spawnSync('npx', [...build, '--logLevel', 'warn'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('the site with names could not be built: see above');
  const server = await startServer({ dir: NAMED_SITE, headers: true });
  const profile = freshProfile();
  const browser = await openBrowser(profile);
  try {
    const look = await openWarm(browser, server.url);
    const { events } = await trace<unknown, ProfileEvent>(browser.page, PROFILE_CATEGORIES, () =>
      indexAll(look, files),
    );
    console.log('ms a picture  thread, function');
    for (const { thread, name, milliseconds } of functionTimes(events).slice(0, SHOWN))
      console.log(`${(milliseconds / files.length).toFixed(2).padStart(12)}  ${thread}, ${name}`);
  } finally {
    await browser.close();
    await server.close();
    profile.remove();
  }
}
