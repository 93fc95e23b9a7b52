import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Locator, type Page } from '@playwright/test';
import { randomBy } from './random.ts';
import { expect, test } from './site.ts';
import { wavOf } from './wav.ts';

export const RATE = 48_000;

/**
 * What a microphone is fed with: syllables of a made-up voice, no second like another, so that a recording of any stretch
 * can be found in it again.
 */
export function babble(seconds: number, seed: number): Float32Array {
  const next = randomBy(seed);
  const samples = new Float32Array(Math.round(seconds * RATE));
  for (let from = 0; from < samples.length;) {
    const length = Math.round((0.09 + 0.2 * next()) * RATE);
    const hertz = 110 + 140 * next();
    const bend = 0.7 + 0.6 * next();
    const loud = 0.1 + 0.25 * next();
    const harmonics = Array.from({ length: 9 }, () => next());
    let phase = 0;
    for (let i = 0; i < length && from + i < samples.length; i += 1) {
      phase += (2 * Math.PI * hertz * (1 + ((bend - 1) * i) / length)) / RATE;
      const envelope = loud * Math.sin((Math.PI * i) / length);
      harmonics.forEach((share, k) => {
        samples[from + i] =
          (samples[from + i] ?? 0) + (envelope * share * Math.sin((k + 1) * phase)) / (k + 1);
      });
    }
    from += length + Math.round(0.05 * next() * RATE);
  }
  return samples;
}

/** A browser whose microphone hears a file, over and over. */
export async function withMicrophone(
  samples: Float32Array,
  use: (context: BrowserContext) => Promise<void>,
  options: {
    readonly args?: readonly string[];
    readonly env?: NodeJS.ProcessEnv;
    /** With a profile on the disk, as a person has it: without one there are no notifications. */
    readonly hasProfile?: boolean;
  } = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-doorbell-'));
  const file = join(folder, 'voice.wav');
  writeFileSync(file, wavOf(samples, RATE));
  const launch = test.info().project.use.launchOptions ?? {};
  const settings = {
    ...launch,
    ...(options.env === undefined ? {} : { env: { ...process.env, ...options.env } }),
    args: [
      ...(launch.args ?? []),
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-audio-capture=${file}`,
      ...(options.args ?? []),
    ],
  };
  try {
    if (options.hasProfile === true) {
      const context = await chromium.launchPersistentContext(join(folder, 'profile'), settings);
      await use(context).finally(() => context.close());
    } else {
      const browser = await chromium.launch(settings);
      await use(await browser.newContext()).finally(() => browser.close());
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The Doorbell page as a person uses it. */
export class DoorbellPage {
  readonly page: Page;
  readonly status: Locator;
  readonly messages: Locator;

  constructor(page: Page) {
    this.page = page;
    this.status = page.getByRole('status', { name: 'Doorbell status' });
    this.messages = page.getByRole('list', { name: 'Messages' }).getByRole('listitem');
  }

  async open(url: string): Promise<void> {
    await this.page.goto(`${url}#/doorbell`);
    await this.ready();
  }

  async ready(): Promise<void> {
    await expect(this.page.getByRole('main')).toHaveAttribute('data-ready', 'true');
  }

  async recordFor(seconds: number): Promise<void> {
    const field = this.page.getByRole('spinbutton', { name: 'Record for' });
    await field.fill(String(seconds));
    await field.blur();
  }

  /** `Ring now`; the question whether sound may be sent is answered if it is asked. */
  async ring(answer: 'Allow' | 'Not now' = 'Not now'): Promise<void> {
    await this.page.getByRole('button', { name: 'Ring now' }).click();
    const question = this.page.getByRole('dialog', { name: 'Allow sending audio' });
    const steps = this.page.getByRole('list', { name: 'Steps of the visit' });
    await expect(question.or(steps).first()).toBeVisible();
    if (await question.isVisible()) await question.getByRole('button', { name: answer }).click();
  }

  /** The newest message, once its visit is over. */
  async newest(state: 'told' | 'failed' = 'told'): Promise<Locator> {
    await expect(this.messages.first()).toHaveAttribute('data-state', state, { timeout: 60_000 });
    return this.messages.first();
  }

  /** The samples of a message's recording, mono. */
  async sound(message: Locator): Promise<Float32Array> {
    await message.locator('[data-player]').scrollIntoViewIfNeeded();
    await expect(message.locator('audio')).toHaveAttribute('src', /^blob:/);
    const id = (await message.getAttribute('data-id')) ?? '';
    // From the store: the page's policy lets nobody fetch, not even a blob.
    const samples = await this.page.evaluate(
      async ({ id, rate }) => {
        const wait = <T>(request: IDBRequest<T>): Promise<T> =>
          new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(new Error(request.error?.message));
          });
        const database = await wait(indexedDB.open('atelier-doorbell'));
        const parts = (await wait(
          database
            .transaction('sounds')
            .objectStore('sounds')
            .getAll(IDBKeyRange.bound([id, 0], [id, Infinity])),
        )) as { bytes: ArrayBuffer }[];
        database.close();
        const bytes = await new Blob(parts.map((part) => part.bytes)).arrayBuffer();
        const buffer = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes);
        return [...buffer.getChannelData(0)];
      },
      { id, rate: RATE },
    );
    return Float32Array.from(samples);
  }
}

const STEP = 6;
/** A Hann window that lets nothing above 4,000 Hz through: hissing is coded by its loudness, not by its wave. */
const WINDOW = Array.from({ length: 4 * STEP - 1 }, (_, k) => 1 - Math.cos((Math.PI * (k + 1)) / (2 * STEP)));
const slower = (samples: Float32Array): Float32Array =>
  Float32Array.from({ length: Math.floor(samples.length / STEP) }, (_, i) =>
    WINDOW.reduce((sum, weight, k) => sum + weight * (samples[i * STEP + k] ?? 0), 0),
  );

function correlationAt(
  played: Float32Array,
  heard: Float32Array,
  lag: number,
  from: number,
  to: number,
): number {
  let product = 0;
  let first = 0;
  let second = 0;
  for (let i = from; i < to; i += 1) {
    const a = played[(lag + i) % played.length] ?? 0;
    const b = heard[i] ?? 0;
    product += a * b;
    first += a * a;
    second += b * b;
  }
  return product / Math.sqrt(first * second || 1);
}

function loudestAt(samples: Float32Array, edge: number, length: number): number {
  let best = edge;
  let most = -1;
  for (let from = edge; from + length <= samples.length - edge; from += length >> 1) {
    let energy = 0;
    for (let i = from; i < from + length; i += 1) energy += (samples[i] ?? 0) ** 2;
    if (energy <= most) continue;
    most = energy;
    best = from;
  }
  return best;
}

/**
 * How well a recording fits what was played over and over: the largest normalised cross-correlation over all lags, at
 * 8,000 samples a second, each of them tried at six places between two samples.
 */
export function likeness(played: Float32Array, heard: Float32Array): number {
  const a = slower(played);
  const b = slower(heard);
  const edge = Math.round((0.25 * RATE) / STEP);
  const probe = Math.round((0.4 * RATE) / STEP);
  // Where it is loudest: silence is like any silence.
  const at = loudestAt(b, edge, probe);
  let bestLag = 0;
  let best = -1;
  for (let lag = 0; lag < a.length; lag += 1) {
    const value = correlationAt(a, b, lag, at, at + probe);
    if (value > best) {
      best = value;
      bestLag = lag;
    }
  }
  // A recording begins anywhere between two samples of 8,000 a second: hissing sounds tell the difference.
  let whole = -1;
  for (let shift = 0; shift < STEP; shift += 1) {
    const shifted = slower(heard.subarray(shift));
    for (const lag of [bestLag, bestLag + 1, bestLag + a.length - 1])
      whole = Math.max(whole, correlationAt(a, shifted, lag, edge, shifted.length - edge));
  }
  return whole;
}
