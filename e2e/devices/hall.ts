import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { python, startBus, Talker, whyNoBus, works } from './bus.ts';

const DESKTOP = 'e2e/devices/desktop.py';
const VOICES = '/usr/lib/speech-dispatcher-modules/sd_espeak-ng';

/** Why nobody can speak and no notification can be received on this machine; empty when both can. */
export function whyNoHall(): string {
  const why = whyNoBus();
  if (why !== '') return why;
  if (!works('speech-dispatcher', '--version')) return 'it needs speech-dispatcher';
  return existsSync(VOICES) ? '' : 'it needs speech-dispatcher-espeak-ng';
}

/** A notification as the system was given it. */
export interface Notified {
  readonly title: string;
  readonly body: string;
}

/**
 * What stands round a browser in somebody's hall: voices that speak (speech-dispatcher with espeak-ng, its sound written to a
 * file), and a desktop that shows notifications (a stand-in on a private D-Bus).
 */
export class Hall {
  readonly #folder = mkdtempSync(join(tmpdir(), 'atelier-hall-'));
  readonly #talkers: Talker[] = [];
  #desktop: Talker | undefined;
  #env: NodeJS.ProcessEnv = {};

  async start(): Promise<void> {
    const { bus, address } = await startBus(this.#folder, process.env);
    this.#talkers.push(bus);
    const run = join(this.#folder, 'run');
    mkdirSync(run, { mode: 0o700 });
    const alsa = join(this.#folder, 'asound.conf');
    writeFileSync(
      alsa,
      `</usr/share/alsa/alsa.conf>
pcm.!default { type plug slave.pcm "tofile" }
pcm.tofile { type file slave.pcm "null" file "${join(this.#folder, 'spoken.wav')}" format "wav" }
`,
    );
    this.#env = {
      DBUS_SESSION_BUS_ADDRESS: address,
      XDG_RUNTIME_DIR: run,
      ALSA_CONFIG_PATH: alsa,
      SPEECHD_ADDRESS: `unix_socket:${join(run, 'speechd.sock')}`,
    };
    const env = { ...process.env, ...this.#env };
    this.#desktop = new Talker(python, [DESKTOP], env);
    this.#talkers.push(this.#desktop);
    await this.#desktop.until('ready');
    const config = join(this.#folder, 'speechd');
    mkdirSync(join(config, 'clients'), { recursive: true });
    mkdirSync(join(config, 'modules'));
    writeFileSync(join(config, 'modules', 'espeak-ng.conf'), '');
    writeFileSync(
      join(config, 'speechd.conf'),
      `LogLevel 5
LogDir "${this.#folder}"
CommunicationMethod "unix_socket"
SocketPath "${join(run, 'speechd.sock')}"
AudioOutputMethod "alsa"
AddModule "espeak-ng" "sd_espeak-ng" "espeak-ng.conf"
DefaultModule espeak-ng
DefaultVolume 100
`,
    );
    this.#talkers.push(
      new Talker('speech-dispatcher', ['-s', '-C', config, '-P', join(this.#folder, 'speechd.pid')], env),
    );
    while (!existsSync(join(run, 'speechd.sock'))) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** For the browser. */
  get env(): NodeJS.ProcessEnv {
    return this.#env;
  }
  get args(): string[] {
    return ['--enable-speech-dispatcher'];
  }

  /** What the voices were given to say: the daemon's own record. */
  get spoken(): string {
    const log = join(this.#folder, 'speech-dispatcher.log');
    return existsSync(log) ? readFileSync(log, 'utf8') : '';
  }

  /** Bytes of sound that the voices have made. */
  get soundBytes(): number {
    const sound = join(this.#folder, 'spoken.wav');
    return existsSync(sound) ? readFileSync(sound).length : 0;
  }

  /** Notifications that came, the oldest first. */
  get notified(): Notified[] {
    const lines = this.#desktop?.lines ?? [];
    return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Notified);
  }

  async close(): Promise<void> {
    for (const talker of this.#talkers.toReversed()) await talker.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
