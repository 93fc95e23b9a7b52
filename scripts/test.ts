/** Everything: static checks and build, unit tests, tests in a browser, end-to-end tests against the built site. */
import { findBrowser } from './find-browser.ts';
import { runSteps } from './run-steps.ts';

const browser = findBrowser();
console.log(`Browser: ${browser}`);
await runSteps(
  [
    { name: 'check', command: ['npm', 'run', '--silent', 'check'] },
    { name: 'unit tests', command: ['npx', 'vitest', 'run', '--project', 'unit'] },
    { name: 'browser tests', command: ['npx', 'vitest', 'run', '--project', 'browser'] },
    { name: 'end-to-end tests', command: ['npx', 'playwright', 'test'] },
  ],
  { keepGoing: false, env: { ATELIER_BROWSER: browser } },
);
