import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The host of the service that Chromium's recogniser speaks to. */
const HOST = 'www.google.com';
/** So much sound makes an interim answer, bytes. */
const INTERIM_BYTES = 6000;

export const whyNoService = (): string =>
  spawnSync('openssl', ['version']).status === 0 ? '' : 'it needs openssl, for a certificate';

// The service answers with messages of Protocol Buffers, each behind its length.
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}
const inside = (field: number, bytes: Buffer): Buffer =>
  Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
const number = (field: number, value: number): Buffer => Buffer.concat([varint(field << 3), varint(value)]);
function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint((field << 3) | 5), bytes]);
}
function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}
function result(words: string, isFinal: boolean): Buffer {
  const alternative = Buffer.concat([inside(1, Buffer.from(words)), float(2, 0.9)]);
  return inside(
    2,
    Buffer.concat([inside(1, alternative), number(2, isFinal ? 1 : 0), float(3, isFinal ? 1 : 0.5)]),
  );
}

/** How the service answers. */
export type Answer =
  | { readonly kind: 'words'; readonly interim: string; readonly final: string }
  | { readonly kind: 'nothing' | 'error' | 'never' };

/**
 * Stands in the place of the speech service of the browser's maker: whatever the browser would send there comes here, and
 * is counted.
 */
export class SpeechService {
  answer: Answer = { kind: 'nothing' };
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  /** Bytes of sound that came. */
  bytes = 0;
  /** Connections that sound comes by now. */
  uploads = 0;
  readonly #server: Http2SecureServer;
  readonly #downs = new Map<string, ServerResponse>();
  readonly #folder: string;

  static async start(): Promise<SpeechService> {
    const folder = mkdtempSync(join(tmpdir(), 'atelier-speech-'));
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${HOST}`],
      ...files,
    ]);
    if (made.status !== 0) throw new Error(made.stderr.toString());
    const service = new SpeechService(folder);
    await new Promise<void>((resolve) => service.#server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  private constructor(folder: string) {
    this.#folder = folder;
    const key = readFileSync(join(folder, 'key.pem'));
    const cert = readFileSync(join(folder, 'cert.pem'));
    this.#server = createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
      const url = new URL(request.url, `https://${HOST}`);
      this.asked.push(url.pathname);
      const pair = url.searchParams.get('pair') ?? '';
      if (url.pathname.endsWith('/down')) {
        response.writeHead(200, { 'content-type': 'application/octet-stream' });
        this.#downs.set(pair, response as unknown as ServerResponse);
        return;
      }
      if (!url.pathname.endsWith('/up')) {
        response.writeHead(404).end();
        return;
      }
      this.uploads += 1;
      request.stream.once('close', () => (this.uploads -= 1));
      let own = 0;
      let hasInterim = false;
      request.on('data', (chunk: Buffer) => {
        own += chunk.length;
        this.bytes += chunk.length;
        if (hasInterim || own < INTERIM_BYTES || this.answer.kind !== 'words') return;
        hasInterim = true;
        this.#downs.get(pair)?.write(framed(result(this.answer.interim, false)));
      });
      request.on('end', () => {
        this.#end(pair);
        response.writeHead(200).end();
      });
    });
  }

  #end(pair: string): void {
    const down = this.#downs.get(pair);
    switch (this.answer.kind) {
      case 'words':
        down?.write(framed(Buffer.concat([number(1, 0), result(this.answer.final, true)])));
        down?.end();
        break;
      case 'nothing':
        down?.end(framed(number(1, 0)));
        break;
      case 'error':
        // 5: the service failed.
        down?.end(framed(number(1, 5)));
        break;
      case 'never':
        break;
    }
  }

  /** Flags that lead a browser here. */
  get args(): string[] {
    const { port } = this.#server.address() as AddressInfo;
    return [
      `--host-resolver-rules=MAP atelier.test 127.0.0.1, MAP ${HOST}:443 127.0.0.1:${port}`,
      '--ignore-certificate-errors',
    ];
  }

  close(): void {
    this.#server.close();
    for (const down of this.#downs.values()) down.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
