/** Flags that keep a headless Chromium from talking to anybody but the site, also when it runs as root. */
export const BROWSER_ARGS: string[] = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
