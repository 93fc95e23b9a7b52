import type { Page } from '@playwright/test';
import { quantile } from '../../src/kernel/metrics.ts';
import { LookPage } from '../../cli/look/page.ts';
import type { OpenBrowser } from '../../cli/site/open-site.ts';
import { row, type Row } from './row.ts';

const LIMIT_MS = 900_000;
/** Frames of panning, of zooming in and out, and of panning where large pictures are drawn. */
const STEPS = 240;

/** What the page did in each animation frame. */
export interface MapFrames {
  /** Script of one frame, milliseconds: all its callbacks, and the pointer events before it. */
  readonly scriptMs: number[];
  readonly drawCalls: number[];
}

declare global {
  interface Window {
    mapFrames?: MapFrames;
  }
}

/** Times every frame's script and counts its draw calls. Runs in the page before anything else. */
function watchFrames(): void {
  const frames: MapFrames = { scriptMs: [], drawCalls: [] };
  let script = 0;
  let calls = 0;
  let isCounted = false;
  const timed = <A extends unknown[], R>(work: (...args: A) => R, ...args: A): R => {
    const started = performance.now();
    try {
      return work(...args);
    } finally {
      script += performance.now() - started;
    }
  };
  const request = window.requestAnimationFrame.bind(window);
  const settle = (): void => {
    isCounted = false;
    if (calls > 0) {
      frames.scriptMs.push(script);
      frames.drawCalls.push(calls);
    }
    script = 0;
    calls = 0;
  };
  window.requestAnimationFrame = (callback) =>
    request((time) => {
      // After the last callback of the frame, and before the next one's events.
      if (!isCounted) {
        isCounted = true;
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = settle;
        port2.postMessage(undefined);
      }
      timed(callback, time);
    });
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const add = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const isInput = /^(pointer|wheel)/.test(type) && typeof listener === 'function';
    const given = isInput ? (event: Event) => timed(() => listener.call(this, event)) : listener;
    add.call(this, type, given, options);
  };
  const { prototype } = WebGL2RenderingContext;
  for (const name of [
    'drawArrays',
    'drawElements',
    'drawArraysInstanced',
    'drawElementsInstanced',
  ] as const) {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
    const draw = prototype[name] as (...args: unknown[]) => void;
    (prototype as unknown as Record<string, unknown>)[name] = function (...args: unknown[]): void {
      calls += 1;
      draw.apply(this, args);
    };
  }
  window.mapFrames = frames;
}

async function taken(page: Page): Promise<MapFrames> {
  return page.evaluate(() => {
    const frames = window.mapFrames;
    if (frames === undefined) throw new Error('nobody watches the frames');
    return { scriptMs: frames.scriptMs.splice(0), drawCalls: frames.drawCalls.splice(0) };
  });
}

const nextFrame = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve())));

/** Moves the map as a hand does: drags over it, turns the wheel in and out, drags where pictures are large. */
async function useMap(page: Page, { x, y }: { x: number; y: number }): Promise<void> {
  const drag = async (): Promise<void> => {
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (let step = 1; step <= STEPS; step += 1) {
      const angle = (step / STEPS) * 4 * Math.PI;
      await page.mouse.move(x + 150 * Math.sin(angle), y + 100 * Math.sin(2 * angle));
      await nextFrame(page);
    }
    await page.mouse.up();
  };
  const wheel = async (turns: number): Promise<void> => {
    await page.mouse.move(x, y);
    for (let step = 0; step < STEPS / 2; step += 1) {
      await page.mouse.wheel(0, turns);
      await nextFrame(page);
    }
  };
  await drag();
  await wheel(-16);
  await drag();
  await wheel(16);
}

/**
 * The rows about the map of a collection that is there.
 *
 * @param browser with a fresh page
 * @param url of the site
 * @param collection its id
 * @param count how many pictures it has
 */
export async function mapRows(
  { page }: OpenBrowser,
  url: string,
  collection: number,
  count: number,
): Promise<Row[]> {
  await page.addInitScript(watchFrames);
  const open = async (): Promise<number> => {
    await new LookPage(page).open(url, `?collection=${collection}`);
    const started = performance.now();
    await page.getByRole('radio', { name: 'Map', exact: true }).check({ force: true });
    await page
      .getByRole('status', { name: 'Map status' })
      .filter({ hasText: 'on the map' })
      .waitFor({ timeout: LIMIT_MS });
    return (performance.now() - started) / 1000;
  };
  const drawn = async (): Promise<number> => {
    const started = performance.now();
    await page
      .locator(`[aria-label="Map of the pictures"][data-loaded="${count}"]`)
      .waitFor({ timeout: LIMIT_MS });
    return (performance.now() - started) / 1000;
  };
  const layOutSeconds = await open();
  const drawnSeconds = await drawn();
  const loading = await taken(page);
  const canvas = page.getByRole('application', { name: 'Map of the pictures' });
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  if (box === null) throw new Error('the map is not drawn');
  await useMap(page, { x: box.x + box.width / 2, y: box.y + box.height / 2 });
  const { scriptMs, drawCalls } = await taken(page);
  // Again, from what is kept.
  await page.goto('about:blank');
  const againSeconds = await open();
  const many = count.toLocaleString('en');
  return [
    row({
      id: 'map-frame',
      what: `map of ${many} pictures: script a frame while panning and zooming, p95`,
      value: quantile(scriptMs, 0.95),
      unit: 'ms',
      must: { atMost: 6 },
      beside: {
        frames: scriptMs.length,
        'p50 ms': quantile(scriptMs, 0.5),
        'longest ms': Math.max(...scriptMs),
        'while thumbnails come in, p95 ms': quantile(loading.scriptMs, 0.95),
      },
    }),
    row({
      id: 'map-draw-calls',
      what: 'map: draw calls a frame, at most',
      value: Math.max(...drawCalls, ...loading.drawCalls),
      unit: '',
      must: { atMost: 10 },
      beside: {
        'laid out after, s': layOutSeconds,
        'all thumbnails drawn after another, s': drawnSeconds,
        'there again on return after, s': againSeconds,
      },
    }),
  ];
}
