/** Flags that keep a headless Chromium from talking to anybody but the site, also when it runs as root. */
export const BROWSER_ARGS: string[] = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // An origin that is not secure, for tests of what is switched off there: e2e/support/site.ts.
  '--host-resolver-rules=MAP atelier.test 127.0.0.1',
  // A camera that shows a moving test picture; a page still needs the permission to see it.
  '--use-fake-device-for-media-stream',
];
