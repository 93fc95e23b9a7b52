import type { Page } from '@playwright/test';
import { startServer } from '../../scripts/static-server.ts';
import { quantile } from '../../src/kernel/metrics.ts';
import { PPQ } from '../../src/studios/compose/engine/score.ts';
import { mainThreadTasks, TASK_CATEGORIES, type TaskEvent } from '../look/main-thread.ts';
import { row, type Row } from '../look/row.ts';
import { trace } from '../look/trace.ts';
import { denseRows } from './dense-rows.ts';
import { manyNotes, MANY_NOTES, openCompose, openPiece, savedFile, type Given } from './pieces.ts';

const DRAWN_SEC = 8;
const PLAYED_SEC = 60;
const ITERATIONS = 1000;
const PRESSES = 40;
const TICKS_PER_BAR = 4 * PPQ;
/** A window of the output, and how loud it must be: an organ that holds its notes is forty decibels louder. */
const WINDOW_SEC = 0.01;
const SILENCE_DB = -60;
/** At its beginning the sound comes in, at its end it is cut. */
const EDGE_SEC = 1.5;

/** Two voices in whole notes, the one in the middle of the other's: at no time does nothing sound. */
function unbroken(bars: number): Given[] {
  return Array.from({ length: bars }, (_, bar) => [
    { startTick: bar * TICKS_PER_BAR, lengthTick: TICKS_PER_BAR, pitchMidi: 72 + (bar % 3) },
    {
      startTick: bar * TICKS_PER_BAR + TICKS_PER_BAR / 2,
      lengthTick: TICKS_PER_BAR,
      pitchMidi: 55 + (bar % 4),
    },
  ]).flat();
}

/** Script of each animation frame while a playhead moves over very many notes. */
async function frameRows(url: string): Promise<Row[]> {
  const compose = await openCompose(url);
  const { page, folder } = compose;
  try {
    await openPiece(page, folder, savedFile('many', 16, manyNotes(16), 'plucked'), 'many');
    const zoomOut = page.getByRole('button', { name: 'Zoom out' });
    for (let i = 0; i < 8; i += 1) await zoomOut.click();
    const { events } = await trace<unknown, TaskEvent>(page, TASK_CATEGORIES, async () => {
      await page.getByRole('button', { name: 'Play', exact: true }).click();
      // Dragged along all the while: every frame draws every note anew, and no frame is asked for but by the page.
      await page.evaluate(async (seconds) => {
        const scroller = document.querySelector('[data-tour="roll"]');
        if (scroller === null) throw new Error('the page has no roll');
        const endMs = performance.now() + 1000 * seconds;
        for (let step = 0; performance.now() < endMs; step += 1) {
          scroller.scrollLeft = step % 40;
          await new Promise((resolve) => setTimeout(resolve, 4));
        }
      }, DRAWN_SEC);
      await page.getByRole('button', { name: 'Stop playing' }).click();
    });
    const fired = events.filter(({ name, ph }) => name === 'FireAnimationFrame' && ph === 'X');
    const frames = fired.map(({ dur = 0 }) => dur / 1000);
    const processor = fired.map(({ tdur = 0 }) => tdur / 1000);
    // What the browser does with what was drawn, style and layout: everything of the main thread.
    const tasks = mainThreadTasks(events);
    return [
      row({
        id: 'frames',
        what: `script of a frame while ${MANY_NOTES.toLocaleString('en')} notes are dragged along and played, p95`,
        value: quantile(frames, 0.95),
        unit: 'ms',
        must: { atMost: 6 },
        beside: {
          frames: frames.length,
          'p50 ms': quantile(frames, 0.5),
          'p95 of processor time, ms': quantile(processor, 0.95),
          'longest ms': Math.max(...frames),
          'p95 of main-thread tasks over 1 ms, ms': quantile(tasks, 0.95),
        },
      }),
    ];
  } finally {
    await compose.close();
  }
}

/** Ten-millisecond windows of a recording in which nothing sounds. */
async function silences(
  page: Page,
  base64: string,
): Promise<{ seconds: number; silent: number; softestDb: number }> {
  return page.evaluate(
    async ({ recording, windowSec, silenceDb, edgeSec }) => {
      const bytes = Uint8Array.from(atob(recording), (sign) => sign.charCodeAt(0));
      const rate = 48_000;
      const sound = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes.buffer);
      const samples = sound.getChannelData(0);
      const size = Math.round(windowSec * rate);
      let [silent, softest] = [0, Infinity];
      for (let from = edgeSec * rate; from + size < samples.length - edgeSec * rate; from += size) {
        let power = 0;
        for (let i = from; i < from + size; i += 1) power += (samples[i] ?? 0) ** 2;
        const db = 10 * Math.log10(Math.max(power / size, 1e-12));
        softest = Math.min(softest, db);
        if (db < silenceDb) silent += 1;
      }
      return { seconds: sound.duration, silent, softestDb: softest };
    },
    { recording: base64, windowSec: WINDOW_SEC, silenceDb: SILENCE_DB, edgeSec: EDGE_SEC },
  );
}

/** A minute of playing while the network composes, a run after the other: the main thread, and what is heard. */
async function playingRows(url: string): Promise<Row[]> {
  const compose = await openCompose(url);
  const { page, folder } = compose;
  try {
    await openPiece(page, folder, savedFile('unbroken', 8, unbroken(8), 'organ'), 'unbroken');
    const slider = page.getByRole('slider', { name: 'Iterations', exact: true });
    await slider.fill(String(ITERATIONS));
    await page.getByRole('spinbutton', { name: 'Edits at once' }).fill('1');
    await page.getByRole('spinbutton', { name: 'Edits at once' }).press('Enter');
    // The network and the samples are fetched before anything is measured.
    await page.getByRole('button', { name: 'Step once' }).click();
    await page
      .getByRole('status', { name: 'Compose status' })
      .getByText(', 1 added')
      .waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Undo' }).click();
    let runs = 0;
    const { events } = await trace<unknown, TaskEvent>(page, TASK_CATEGORIES, async () => {
      await page.getByRole('button', { name: 'Play', exact: true }).click();
      await page.waitForFunction(() => globalThis.window.taps?.hasOutput() === true);
      const ended = await page.evaluateHandle(() => {
        const stop = globalThis.window.taps?.record();
        if (stop === undefined) throw new Error('the page has no taps');
        return { stop };
      });
      const endMs = performance.now() + 1000 * PLAYED_SEC;
      while (performance.now() < endMs) {
        await page.getByRole('button', { name: 'Compose', exact: true }).click();
        runs += 1;
        await page
          .getByRole('progressbar', { name: 'Composing' })
          .waitFor({ state: 'hidden', timeout: 120_000 });
        // Each run begins with the same notes: a full roll would give the next nothing to do.
        await page.getByRole('button', { name: 'Undo' }).click();
      }
      await ended.evaluate(({ stop }) => stop());
      await page.getByRole('button', { name: 'Stop playing' }).click();
    });
    const tasks = mainThreadTasks(events);
    const recording = (await page.evaluate(() => globalThis.window.taps?.recorded())) ?? '';
    const heard = await silences(page, recording);
    const longest = tasks.reduce((most, each) => Math.max(most, each), 0);
    return [
      row({
        id: 'playing-p99',
        what: 'main-thread tasks over 1 ms while composing and playing at once, p99',
        value: quantile(tasks, 0.99),
        unit: 'ms',
        must: { atMost: 50 },
        beside: { tasks: tasks.length, 'p50 ms': quantile(tasks, 0.5), 'runs of 1,000': runs },
      }),
      row({
        id: 'playing-max',
        what: 'the longest of them',
        value: longest,
        unit: 'ms',
        must: { atMost: 100 },
        beside: { 'over 50 ms': tasks.filter((each) => each > 50).length },
      }),
      row({
        id: 'gaps',
        what: 'ten-millisecond windows without sound meanwhile, of a piece that never rests',
        value: heard.silent,
        unit: '',
        must: { atMost: 0 },
        beside: { 'recorded, s': heard.seconds, 'softest window, dB': heard.softestDb },
      }),
    ];
  } finally {
    await compose.close();
  }
}

async function pressAll(
  page: Page,
  key: { readonly x: number; readonly y: number },
  count: number,
): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    const before = await page.evaluate(() => globalThis.window.taps?.latenciesMs.length ?? 0);
    await page.mouse.move(key.x, key.y);
    await page.mouse.down();
    await page.waitForFunction((known) => (globalThis.window.taps?.latenciesMs.length ?? 0) > known, before);
    await page.mouse.up();
  }
}

/** From the pointer's press to the sound that it schedules, beside a page that does nothing else. */
async function latencyRows(url: string): Promise<Row[]> {
  const compose = await openCompose(url);
  const { page, folder, context } = compose;
  try {
    await openPiece(page, folder, savedFile('keys', 8, [], 'synth'), 'keys');
    const bare = await context.newPage();
    await bare.goto(new URL('bench/bare-tone.html', url).href);
    const places = [
      { on: page, key: page.getByRole('button', { name: 'C4', exact: true }) },
      { on: bare, key: bare.getByRole('button', { name: 'C4' }) },
    ] as const;
    const points = [];
    for (const { on, key } of places) {
      await on.bringToFront();
      await key.scrollIntoViewIfNeeded();
      const box = await key.boundingBox();
      if (box === null) throw new Error('a key is not to be seen');
      points.push({ x: box.x + box.width / 2, y: box.y + 0.8 * box.height });
    }
    // By turns, so that what slows the machine slows both; the first presses open the sound and are not counted.
    for (let round = 0; round < 5; round += 1)
      for (const [at, { on }] of places.entries()) {
        await on.bringToFront();
        await pressAll(on, points[at] ?? { x: 0, y: 0 }, PRESSES / 4);
      }
    const [ours, theirs] = await Promise.all(
      places.map(({ on }) =>
        on.evaluate((skip) => globalThis.window.taps?.latenciesMs.slice(skip) ?? [], PRESSES / 4),
      ),
    );
    const median = (values: readonly number[] | undefined): number => quantile(values ?? [], 0.5);
    return [
      row({
        id: 'key-latency',
        what: 'from a key’s press to its scheduled sound, median: ours − that of a bare Tone.js page',
        value: median(ours) - median(theirs),
        unit: 'ms',
        must: { atMost: 5 },
        beside: {
          'ours, ms': median(ours),
          'bare, ms': median(theirs),
          'ours p95, ms': quantile(ours ?? [], 0.95),
          'bare p95, ms': quantile(theirs ?? [], 0.95),
          presses: ours?.length ?? 0,
        },
      }),
    ];
  } finally {
    await compose.close();
  }
}

/** Rows about the built site, used as a person would. @param dir that holds the site, and the bench's pages in `bench/` */
export async function siteRows(dir: string): Promise<Row[]> {
  const server = await startServer({ dir, headers: true });
  try {
    return [
      ...(await latencyRows(server.url)),
      ...(await frameRows(server.url)),
      ...(await denseRows(server.url)),
      ...(await playingRows(server.url)),
    ];
  } finally {
    await server.close();
  }
}
