import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import sirv from 'sirv';
import { cacheControlFor, headersFor } from '../src/platform/policy.ts';

export interface ServerOptions {
  readonly dir: string;
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port?: number;
  /** The folder the site is served from, with slashes at both ends. */
  readonly base?: string;
  /** Whether to send the security headers; without them the service worker has to add the workers' policies. */
  readonly headers: boolean;
  /**
   * Sees every request before the files do, for tests that record or break them; the path is inside the folder. Answers
   * true when it answered the request itself.
   */
  readonly intercept?: (path: string, request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a static server over a built site: ranges, entity tags and precompressed files by sirv. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { dir, host = '127.0.0.1', port = 0, base = '/', headers, intercept } = options;
  const files = sirv(dir, {
    dev: false,
    etag: true,
    gzip: true,
    brotli: true,
    setHeaders(response, pathname) {
      response.setHeader('Cache-Control', cacheControlFor(pathname));
      if (!headers) return;
      for (const [name, value] of Object.entries(headersFor(pathname))) response.setHeader(name, value);
    },
  });
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (!path.startsWith(base)) {
      response.writeHead(path === base.slice(0, -1) ? 302 : 404, { Location: base }).end();
      return;
    }
    request.url = (request.url ?? '/').slice(base.length - 1);
    if (intercept?.(path.slice(base.length - 1), request, response) === true) return;
    files(request, response, () => {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return { url: addressOf(server, host, base), close: () => stop(server) };
}

function addressOf(server: Server, host: string, base: string): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const shown = host === '127.0.0.1' || host === '0.0.0.0' ? 'localhost' : host;
  return `http://${shown}:${address.port}${base}`;
}

function stop(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  server.closeAllConnections();
  return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
}
