import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The longest that a server may take to answer for the first time. */
const START_MS = 60_000;
const POLL_MS = 50;

export interface ChromaServer {
  readonly url: string;
  /** Ends it as a crash does: nothing is written any more. What it had acknowledged is on the disk. */
  kill(): Promise<void>;
  /** Starts it again on what is on the disk, at the same address. */
  start(): Promise<void>;
  /** The folder that it keeps everything in. */
  readonly dir: string;
  /** Its memory, bytes; 0 where the system has no /proc. */
  memory(): number;
  /** Ends it and deletes what it kept. */
  remove(): Promise<void>;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

const answers = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/api/v2/heartbeat`)).ok;
  } catch (thrown) {
    if (thrown instanceof TypeError) return false; // nobody listens yet
    throw thrown;
  }
};

/**
 * Starts a Chroma server on a folder of its own.
 *
 * @param chroma path of the command `chroma`
 * @param origins which pages may ask it: `*`, or origins
 */
export async function startChroma(chroma: string, origins: readonly string[]): Promise<ChromaServer> {
  const dir = mkdtempSync(join(tmpdir(), 'atelier-chroma-'));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const config = join(dir, 'chroma.yaml');
  writeFileSync(
    config,
    [
      `port: ${port}`,
      'listen_address: "127.0.0.1"',
      `persist_path: ${JSON.stringify(join(dir, 'data'))}`,
      `cors_allow_origins: ${JSON.stringify(origins)}`,
      '',
    ].join('\n'),
  );
  let running: ChildProcess | undefined;
  let said = '';

  async function start(): Promise<void> {
    const child = spawn(chroma, ['run', config], { stdio: ['ignore', 'pipe', 'pipe'] });
    running = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2_000)));
    const deadline = Date.now() + START_MS;
    while (!(await answers(url))) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`the Chroma server did not start:\n${said}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = running;
    running = undefined;
    if (child?.exitCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }
  await start();
  return {
    url,
    dir,
    start,
    memory() {
      const path = `/proc/${running?.pid ?? 0}/smaps_rollup`;
      if (!existsSync(path)) return 0;
      return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(path, 'utf8'))?.[1] ?? '0') * 1024;
    },
    kill: () => end('SIGKILL'),
    async remove() {
      await end('SIGTERM');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
