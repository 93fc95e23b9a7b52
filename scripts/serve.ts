/** Serves the built site with the headers it is meant to have, and prints its address. `--port`, `--host`, `--dir`, `--base`, `--no-headers`. */
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { startServer } from './static-server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: process.env.PORT ?? '4173' },
    host: { type: 'string', default: process.env.HOST ?? '127.0.0.1' },
    dir: { type: 'string', default: 'dist' },
    base: { type: 'string', default: '/' },
    'no-headers': { type: 'boolean', default: false },
  },
});

const isFree = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });

let port = Number(values.port);
while (!(await isFree(port, values.host))) port += 1;
const { url } = await startServer({
  dir: values.dir,
  host: values.host,
  port,
  base: values.base,
  headers: !values['no-headers'],
});
console.log(`Atelier is served at ${url}`);
