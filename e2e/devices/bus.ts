import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const works = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
/** The first Python that has what scripts on a D-Bus need; empty: none has. */
export const python =
  ['python3', '/usr/bin/python3'].find((each) => works(each, '-c', 'import dbus, gi')) ?? '';

/** Why no private D-Bus with a script on it can be had on this machine; empty when it can. */
export function whyNoBus(): string {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (!works('dbus-daemon', '--version')) return 'it needs dbus-daemon';
  if (python === '') return 'it needs python3 with python3-dbus and python3-gi';
  return process.env.ATELIER_BROWSER === undefined ? 'ATELIER_BROWSER names no browser' : '';
}

/** A process whose lines are waited for. */
export class Talker {
  readonly process: ChildProcess;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  #isOver = false;

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.process = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    // A test that is broken off leaves nothing running.
    const kill = (): void => void this.process.kill('SIGKILL');
    process.once('exit', kill);
    this.process.once('exit', () => process.off('exit', kill));
    if (this.process.stdout === null) throw new Error('no stdout');
    createInterface(this.process.stdout).on('line', (line) => {
      this.#lines.push(line);
      for (const look of this.#waiting) look();
    });
    this.process.once('exit', () => {
      this.#isOver = true;
      for (const look of this.#waiting) look();
    });
  }

  /** All that came so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** How often a line has come. */
  count(line: string): number {
    return this.#lines.filter((each) => each === line).length;
  }

  /**
   * Resolves when a line has come so many times.
   *
   * @throws when the process has ended without it
   */
  async until(line: string, times = 1): Promise<void> {
    while (this.count(line) < times) {
      if (this.#isOver) throw new Error(`it ended without “${line}”: ${this.#lines.join(', ')}`);
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
      });
    }
  }

  async say(line: string): Promise<void> {
    const times = this.count(`done ${line}`) + 1;
    this.process.stdin?.write(`${line}\n`);
    await this.until(`done ${line}`, times);
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGKILL');
    await gone;
  }
}

/**
 * A D-Bus of a test's own.
 *
 * @param folder where it lies
 * @returns the bus, running, and its address
 */
export async function startBus(
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<{ bus: Talker; address: string }> {
  const address = `unix:path=${join(folder, 'bus')}`;
  const config = join(folder, 'bus.conf');
  writeFileSync(
    config,
    `<busconfig><type>system</type><listen>${address}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`,
  );
  const bus = new Talker('dbus-daemon', [`--config-file=${config}`, '--nofork', '--print-address'], env);
  while (!existsSync(join(folder, 'bus'))) await new Promise((resolve) => setImmediate(resolve));
  return { bus, address };
}
