/**
 * The site's Content-Security-Policy, in one place: the build writes it into the HTML, `npm start` sends it as a header,
 * and the service worker adds it to worker scripts on hosts that send no headers. The reasons:
 * docs/decisions/0005-security-policy.md.
 */

const PAGE = {
  'default-src': "'self'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'connect-src': "'self'",
  'img-src': "'self' blob: data:",
  'media-src': "'self' blob:",
  'worker-src': "'self' blob:",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
} as const;

/**
 * `worker-frame.html` has no content: on hosts that can give a worker's script no policy, workers are made inside it from
 * `blob:` addresses and inherit this one. docs/decisions/0005-security-policy.md.
 */
const WORKER_FRAME = {
  'default-src': "'none'",
  'script-src': "'self' blob: 'wasm-unsafe-eval'",
  'connect-src': "'self'",
  // 'self' too: what a worker's module imports at its top counts as worker-src of the document that made the worker.
  'worker-src': "'self' blob:",
  'base-uri': "'none'",
  'form-action': "'none'",
} as const;

/** Directives that browsers ignore in a `<meta>` element and that only a header can carry. */
const HEADER_ONLY = { 'frame-ancestors': "'none'" } as const;

const CONNECTED_SOURCES = "'self' https: http://localhost:* http://127.0.0.1:*";

const write = (directives: Readonly<Record<string, string>>): string =>
  Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');

/** Policy of `index.html`: nothing leaves its own origin. */
const pagePolicy = (): string => write(PAGE);

/** Policy of `connected.html`: the same, but it may connect to other hosts when the person asks for it. */
const connectedPolicy = (): string => write({ ...PAGE, 'connect-src': CONNECTED_SOURCES });

/** Policy of `worker-frame.html`, inherited by the workers made in it. */
const workerFramePolicy = (): string => write(WORKER_FRAME);

/** What a worker's script may do beyond `script-src 'self'`. A worker that is not listed may do nothing more. */
const WORKER_SCRIPTS: Readonly<Record<string, string>> = {
  'embed.worker': "'self' 'wasm-unsafe-eval'",
  'compose.worker': "'self' 'wasm-unsafe-eval'",
  'graph.worker': "'self' 'wasm-unsafe-eval'",
  'sheet.worker': "'self' 'wasm-unsafe-eval'",
  'hum.worker': "'self' 'wasm-unsafe-eval'",
  'twins.worker': "'self' 'wasm-unsafe-eval'",
  'networks.worker': "'self' 'wasm-unsafe-eval'",
  'phrases.worker': "'self' 'wasm-unsafe-eval'",
  'speech.worker': "'self' 'wasm-unsafe-eval'",
  'voice.worker': "'self' 'wasm-unsafe-eval'",
};

/**
 * The policy that a worker's script is served with.
 *
 * @param path the script's path, e.g. `/workers/embed.worker-1a2b.js`
 * @returns the header's value
 */
export function workerPolicy(path: string): string {
  const name = /([^/]+\.worker)[^/]*$/.exec(path)?.[1] ?? '';
  return write({
    'default-src': "'none'",
    'script-src': WORKER_SCRIPTS[name] ?? "'self'",
    'connect-src': "'self'",
    'worker-src': "'none'",
  });
}

/** Whether a policy keeps a script from connecting to any host but its own. */
export function forbidsForeignHosts(policy: string): boolean {
  const directives = new Map(
    policy.split(';').map((directive) => {
      const [name = '', ...sources] = directive.trim().split(/\s+/);
      return [name.toLowerCase(), sources.join(' ')] as const;
    }),
  );
  const isHome = (sources: string | undefined): boolean => sources === "'self'" || sources === "'none'";
  return isHome(directives.get('connect-src') ?? directives.get('default-src'));
}

/** Whether a path of the built site is a worker's entry script. */
export const isWorkerScript = (path: string): boolean => /\/workers\/[^/]+\.worker[^/]*\.js$/.test(path);

/** The policy of a file of the site, without what only a header can carry. */
export function metaPolicy(path: string): string {
  if (isWorkerScript(path)) return workerPolicy(path);
  if (path.endsWith('/connected.html')) return connectedPolicy();
  if (path.endsWith('/worker-frame.html')) return workerFramePolicy();
  return pagePolicy();
}

/**
 * All headers for a path of the built site.
 *
 * @param path the path inside the site, beginning with `/`
 * @returns header names and values
 */
export function headersFor(path: string): Record<string, string> {
  const isFramed = path.endsWith('/worker-frame.html');
  const isHtml = path.endsWith('/') || path.endsWith('.html');
  const policy = metaPolicy(path);
  return {
    'Content-Security-Policy': isHtml && !isFramed ? `${policy}; ${write(HEADER_ONLY)}` : policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}

/** How long browsers may keep a file unasked: those with a hash in their name for good, the others not at all. */
export const cacheControlFor = (path: string): string =>
  /\/(assets|workers)\//.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
