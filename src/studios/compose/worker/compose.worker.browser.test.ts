/** The contract of every worker (cancel, crash, dispose, leak), on the real worker in a real browser. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectWorker, transfer, WorkerCrashedError, type Connection } from '../../../platform/rpc.ts';
import type { PieceEdit, PieceRequest } from '../engine/piece.ts';
import { ORIGINAL, PRESETS } from '../engine/presets.ts';
import { notesToRoll } from '../engine/roll.ts';
import { randomWeights, SMALL_MANIFEST, SMALL_NETWORK } from './testing/weights.ts';
import type { ComposeApi, ComposeOutcome, ComposeResult } from './protocol.ts';

const { roll } = notesToRoll(
  Array.from({ length: 32 }, (_, i) => ({ startStep: 4 * i, lengthSteps: 4, pitchMidi: 67 + ((i * 5) % 7) })),
  { steps: 128, pitches: 48, pitchLowMidi: 36 },
);
const request: PieceRequest = {
  roll,
  settings: { ...ORIGINAL.settings, editsPerPass: 4 },
  constraints: PRESETS[0].constraints,
};
const long: PieceRequest = {
  ...request,
  settings: { ...request.settings, iterations: 100_000, maxAdded: 9999 },
};

let worker: Worker;
let connection: Connection<ComposeApi>;

beforeEach(async () => {
  worker = new Worker(new URL('./compose.worker.ts', import.meta.url), { type: 'module' });
  connection = connectWorker<ComposeApi>(worker);
  const weights = randomWeights(SMALL_NETWORK, 1);
  const loaded = await connection.api.load(transfer(weights, [weights]), SMALL_MANIFEST);
  expect(loaded).toMatchObject({ ok: true, value: { shape: SMALL_NETWORK } });
});

afterEach(() => connection.close());

interface Call {
  readonly answer: Promise<ComposeResult<ComposeOutcome>>;
  readonly streamed: PieceEdit[];
}

function compose(
  asked: PieceRequest,
  options: { made?: readonly PieceEdit[]; signal?: AbortSignal; onEdits?: () => void } = {},
): Call {
  const { port1, port2 } = new MessageChannel();
  const streamed: PieceEdit[] = [];
  port1.onmessage = ({ data }: MessageEvent<readonly PieceEdit[]>) => {
    streamed.push(...data);
    options.onEdits?.();
  };
  const answer = connection.api.compose(asked, options.made ?? [], transfer(port2, [port2]), {
    signal: options.signal ?? new AbortController().signal,
  });
  return { answer, streamed };
}

async function outcome(call: Call): Promise<ComposeOutcome> {
  const answer = await call.answer;
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

describe('the worker of Compose', () => {
  it('streams each edit in order, and answers with all of them', async () => {
    const call = compose(request);
    const made = await outcome(call);
    expect([made.end, made.edits.length]).toEqual(['iterations', 100]);
    await expect.poll(() => call.streamed.length).toBe(100);
    expect(call.streamed).toEqual(made.edits);
    expect(made.passes).toBe((made.edits.at(-1)?.pass ?? NaN) + 1);
  });

  it('gives the same notes for the same request', async () => {
    expect((await outcome(compose(request))).edits).toEqual((await outcome(compose(request))).edits);
  });

  it('is cancelled between passes and keeps what it has; the rest can be made later', async () => {
    const controller = new AbortController();
    const stopped = await outcome(
      compose(long, { signal: controller.signal, onEdits: () => controller.abort() }),
    );
    expect(stopped.end).toBe('cancelled');
    expect(stopped.edits.length).toBeGreaterThan(0);
    expect(stopped.edits.length).toBeLessThan(100_000);
    const shorter = { ...request, settings: { ...request.settings, iterations: stopped.edits.length + 40 } };
    const whole = await outcome(compose(shorter));
    const resumed = await outcome(compose(shorter, { made: whole.edits.slice(0, stopped.edits.length) }));
    expect(resumed.edits).toEqual(whole.edits);
    expect(resumed.passes).toBeLessThan(whole.passes);
  });

  it('does nothing for a signal that was given too late to begin', async () => {
    const controller = new AbortController();
    controller.abort();
    const made = await outcome(compose(long, { signal: controller.signal }));
    expect([made.end, made.edits.length, made.passes]).toEqual(['cancelled', 0, 0]);
  });

  it('answers other calls while it composes', async () => {
    const controller = new AbortController();
    const running = compose(long, { signal: controller.signal });
    expect(await connection.api.tensorCount()).toBeGreaterThan(0);
    const second = await outcome(compose(request));
    expect(second.edits).toHaveLength(100);
    controller.abort();
    expect((await outcome(running)).end).toBe('cancelled');
  });

  it('thinks of every window of a longer piece, each with shares of its own', async () => {
    const { roll } = request;
    const cells = new Uint8Array(3 * roll.cells.length);
    cells.set(roll.cells);
    const locked = new Uint8Array(cells.length);
    locked[5] = 1;
    const piece = { ...request, roll: { ...roll, steps: 3 * roll.steps, cells }, locked };
    const thought = await connection.api.think(piece);
    const alone = await connection.api.think({ ...request, locked: locked.slice(0, roll.cells.length) });
    if (!thought.ok || !alone.ok) throw new Error('no thought');
    const { probabilities } = thought.value;
    // The first window sees the first eight bars, and nothing else.
    expect(probabilities.subarray(0, roll.cells.length)).toEqual(alone.value.probabilities);
    expect(probabilities[5]).toBe(0);
    const sum = (from: number, to: number): number =>
      probabilities.subarray(from * roll.pitches, to * roll.pitches).reduce((all, p) => all + p, 0);
    for (const [from, to] of [
      [0, 128],
      [128, 192],
      [192, 256],
      [320, 384],
    ] as const)
      expect(sum(from, to)).toBeCloseTo(1, 4);
  });

  it('that dies rejects what is under way and what comes after', async () => {
    const running = compose(long);
    worker.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }));
    await expect(running.answer).rejects.toThrow(WorkerCrashedError);
    await expect(connection.api.tensorCount()).rejects.toThrow('out of memory');
  });

  it('leaks no tensor over many runs, cancelled ones among them', async () => {
    await outcome(compose(request));
    const before = await connection.api.tensorCount();
    for (let i = 0; i < 10; i += 1) {
      const controller = new AbortController();
      await outcome(
        compose(request, i % 2 === 0 ? { signal: controller.signal, onEdits: () => controller.abort() } : {}),
      );
    }
    expect(await connection.api.tensorCount()).toBe(before);
  });

  it('frees all tensors when it is disposed of, says so when asked again, and can be loaded anew', async () => {
    await connection.api.dispose();
    expect(await connection.api.tensorCount()).toBe(0);
    expect(await compose(request).answer).toMatchObject({ ok: false, error: { code: 'not-ready' } });
    expect(await connection.api.load(randomWeights(SMALL_NETWORK, 2), SMALL_MANIFEST)).toMatchObject({
      ok: true,
    });
    expect((await outcome(compose(request))).edits).toHaveLength(100);
  });

  it.each([
    ['weights of another network', randomWeights({ ...SMALL_NETWORK, pitches: 40 }, 1), SMALL_MANIFEST],
    ['no weights', new ArrayBuffer(5), SMALL_MANIFEST],
    ['a broken manifest', randomWeights(SMALL_NETWORK, 1), { name: 'x' }],
  ])('refuses %s, keeps the network it has, and leaks nothing', async (_, weights, manifest) => {
    const before = await connection.api.tensorCount();
    expect(await connection.api.load(weights, manifest)).toMatchObject({
      ok: false,
      error: { code: 'bad-weights' },
    });
    expect(await connection.api.tensorCount()).toBe(before);
    expect((await outcome(compose(request))).edits).toHaveLength(100);
  });

  it.each([
    ['a roll of another range', { ...request, roll: { ...roll, pitchLowMidi: 35 } }, 'MIDI 36'],
    ['a roll of another size', { ...request, roll: { ...roll, steps: 7 } }, '7 × 48 cells'],
    [
      'settings that make no sense',
      { ...request, settings: { ...request.settings, editsPerPass: 99 } },
      'editsPerPass',
    ],
  ])('refuses %s', async (_, asked, message) => {
    const answer = await compose(asked).answer;
    expect(answer).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    expect(answer.ok ? '' : answer.error.message).toContain(message);
  });
});
