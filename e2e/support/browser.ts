/** What Playwright switches off itself: a list of one's own takes the place of its. */
const OFF_BY_PLAYWRIGHT = [
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades'],
  ...['HttpsFirstBalancedModeAutoEnable', 'LensOverlay', 'MediaRouter', 'PaintHolding'],
  ...['ThirdPartyStoragePartitioning', 'AvoidCorsURLLoaderRestartOnRedirect', 'OptimizationHints'],
  ...['NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch'],
];
/** Parts of the browser's own window that are pages: each tab would load them, at a second of processor time, unseen. */
const UNSEEN = [
  ...['PreloadTopChromeWebUI', 'WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'InitialWebUI'],
  'WebUIReloadButton',
];

/** Flags that keep a headless Chromium from talking to anybody but the site, also when it runs as root. */
export const BROWSER_ARGS: string[] = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${[...OFF_BY_PLAYWRIGHT, ...UNSEEN].join(',')}`,
  // An origin that is not secure, for tests of what is switched off there: e2e/support/site.ts.
  '--host-resolver-rules=MAP atelier.test 127.0.0.1',
  // A camera that shows a moving test picture; a page still needs the permission to see it.
  '--use-fake-device-for-media-stream',
];
