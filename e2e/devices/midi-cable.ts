import { spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCE = join(import.meta.dirname, 'sequencer.c');
const HOST = '127.0.0.1';

/**
 * Why no MIDI keyboard can be put into the browser on this machine.
 *
 * @returns empty when one can
 */
export function whyNoMidi(): string {
  if (process.platform !== 'linux') return 'the keyboard stands in for ALSA, which is Linux’s';
  if (spawnSync('cc', ['--version']).status !== 0) return 'no C compiler (cc) to build sequencer.c with';
  return '';
}

/** A port that nobody has at the moment. */
async function freePort(): Promise<number> {
  const probe = createSocket('udp4').bind(0, HOST);
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  return port;
}

/** The keyboard's end of a MIDI cable whose other end is in the browser, by `sequencer.c`. */
export class MidiCable {
  /** What the page has played, a message each. */
  readonly received: number[][] = [];
  readonly #folder: string;
  readonly #port: number;
  readonly #socket: Socket;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (bytes) => this.received.push([...bytes]));
  }

  /** Builds the stand-in. @throws Error with the compiler's words */
  static async make(): Promise<MidiCable> {
    const folder = mkdtempSync(join(tmpdir(), 'atelier-midi-'));
    const built = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', join(folder, 'sequencer.so'), SOURCE], {
      encoding: 'utf8',
    });
    if (built.status !== 0) throw new Error(`sequencer.c was not built: ${built.stderr}`);
    return new MidiCable(folder, await freePort());
  }

  /** The environment of a browser that has this keyboard. */
  get environment(): Record<string, string> {
    return { LD_PRELOAD: join(this.#folder, 'sequencer.so'), ATELIER_MIDI_PORT: String(this.#port) };
  }

  plug(): Promise<void> {
    return this.#datagram(Buffer.from('P'));
  }

  unplug(): Promise<void> {
    return this.#datagram(Buffer.from('U'));
  }

  /** @param bytes any part of a stream of MIDI messages */
  send(...bytes: number[]): Promise<void> {
    return this.#datagram(Buffer.from([0x4d, ...bytes]));
  }

  close(): void {
    this.#socket.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #datagram(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(bytes, this.#port, HOST, (error) => (error === null ? resolve() : reject(error)));
    });
  }
}
