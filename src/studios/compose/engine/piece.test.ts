import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Piece, type PieceEdit, type PieceRequest } from './piece.ts';
import { emptyRoll, type Roll } from './roll.ts';
import { runToEnd } from './run.ts';
import { PLAIN, finished, someNetwork, statesOf } from '../worker/testing/runs.ts';
import { planWindows, settingsOfWindow } from './windows.ts';

const rollOf = (steps: number): Roll => {
  const roll = emptyRoll({ steps, pitches: 12, pitchLowMidi: 60 });
  for (let step = 0; step < steps; step += 1) roll.cells[step * 12 + ((step >> 2) % 12)] = 1;
  return roll;
};

const settings = { ...PLAIN, iterations: 80, maxAdded: 40, maxRemovedShare: 0.25, editsPerPass: 4 };
const request = (roll: Roll): PieceRequest => ({ roll, settings, constraints: {} });
const network = someNetwork(4);

async function run(asked: PieceRequest, edits: readonly PieceEdit[] = []): Promise<Piece> {
  const piece = new Piece(asked, edits);
  await runToEnd(piece, network);
  return piece;
}

describe('windows', () => {
  it('write each step once, begin on bars, and see 128 steps within the piece or all of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), (steps) => {
        const windows = planWindows(steps);
        const written = new Uint8Array(steps);
        windows.forEach(({ startStep, freeFrom, freeTo }, i) => {
          expect(startStep % 16).toBe(0);
          expect(freeFrom).toBeLessThan(freeTo);
          expect(freeTo).toBeLessThanOrEqual(128);
          // Every window but the first has at least four bars of context.
          if (i > 0) expect(freeFrom).toBeGreaterThanOrEqual(64);
          for (let step = startStep + freeFrom; step < startStep + freeTo; step += 1)
            written[step] = (written[step] ?? 0) + 1;
        });
        expect(written.every((times) => times === 1)).toBe(true);
        expect(Math.max(...windows.map(({ startStep }) => startStep + 128))).toBeLessThan(
          Math.max(steps, 128) + 16,
        );
      }),
    );
  });

  it('of 64 bars are 15', () => {
    expect(planWindows(1024)).toHaveLength(15);
  });

  it('after the first get settings in proportion, with seeds of their own', () => {
    const windows = planWindows(200);
    expect(settingsOfWindow(settings, windows, 0)).toBe(settings);
    const second = settingsOfWindow(settings, windows, 1);
    expect([second.iterations, second.maxAdded, second.maxRemovedShare]).toEqual([40, 20, 0.25]);
    expect(second.seed).not.toBe(settings.seed);
    expect(() => settingsOfWindow(settings, windows, 9)).toThrow(RangeError);
  });

  it.each([0, -1, 1.5, NaN])('of %d steps are refused', (steps) => {
    expect(() => planWindows(steps)).toThrow(RangeError);
  });
});

describe('a piece', () => {
  it('of 8 bars is what the sampler makes of it', async () => {
    const roll = rollOf(128);
    const piece = await run(request(roll));
    const plain = finished({ roll }, settings, network);
    expect(piece.edits.map(({ window, ...edit }) => [window, edit])).toEqual(
      plain.edits.map((edit) => [0, edit]),
    );
    expect([piece.added, piece.removed, piece.stop]).toEqual([plain.added, plain.removed, plain.stop]);
  });

  it('of 64 bars is written to its end, each window behind the one before', async () => {
    const piece = await run(request(rollOf(1024)));
    expect(piece.stop).toBe('iterations');
    expect(piece.edits).toHaveLength(piece.plannedEdits);
    const windows = planWindows(1024);
    for (const { step, window } of piece.edits) {
      const { startStep = 0, freeFrom = 0, freeTo = 0 } = windows[window] ?? {};
      expect(step).toBeGreaterThanOrEqual(startStep + freeFrom);
      expect(step).toBeLessThan(startStep + freeTo);
    }
    expect(statesOf(rollOf(1024), piece.edits).at(-1)).toEqual(piece.roll.cells);
    expect(piece.edits.some(({ step }) => step >= 960)).toBe(true);
    const changed = rollOf(1024).cells.reduce(
      (sum, cell, i) => sum + (cell === piece.roll.cells[i] ? 0 : 1),
      0,
    );
    expect(piece.added + piece.removed).toBe(changed);
  });

  it('shows the network what the window before has written', async () => {
    const roll = rollOf(192);
    const piece = new Piece(request(roll));
    let seen = piece.passInput();
    await runToEnd(piece, (cells) => {
      seen = cells;
      return network(cells);
    });
    const context = seen.subarray(0, 64 * 12);
    expect(context).toEqual(piece.roll.cells.subarray(64 * 12, 128 * 12));
    expect(context).not.toEqual(roll.cells.subarray(64 * 12, 128 * 12));
  });

  it('changes nothing behind its end, though the window is longer', async () => {
    const piece = await run(request(rollOf(37)));
    expect(piece.roll.cells).toHaveLength(37 * 12);
    expect(piece.edits.length).toBeGreaterThan(0);
    expect(piece.edits.every(({ step }) => step < 37)).toBe(true);
    expect(piece.passInput()).toHaveLength(128 * 12);
  });

  it('goes on from any edit as if it had not been interrupted', async () => {
    const asked = request(rollOf(300));
    const whole = await run(asked);
    for (const cut of [0, 1, 79, 80, 81, 118, whole.edits.length]) {
      const resumed = await run(asked, whole.edits.slice(0, cut));
      expect(resumed.edits).toEqual(whole.edits);
      expect([resumed.added, resumed.removed]).toEqual([whole.added, whole.removed]);
    }
  });

  it('keeps its locks', async () => {
    const roll = rollOf(300);
    const locked = new Uint8Array(roll.cells.length).map((_, cell) => (cell % 3) & 1);
    const piece = await run({ ...request(roll), locked });
    expect(piece.edits.every(({ step, pitch }) => locked[step * 12 + pitch] === 0)).toBe(true);
    expect(() => new Piece({ ...request(roll), locked: new Uint8Array(3) })).toThrow(RangeError);
  });

  it('stops between passes and keeps what it has', async () => {
    const piece = new Piece(request(rollOf(128)));
    const signal = { aborted: false, throwIfAborted: () => undefined };
    const streamed: PieceEdit[] = [];
    const end = await runToEnd(piece, network, {
      signal,
      onEdits: (edits) => {
        streamed.push(...edits);
        signal.aborted = streamed.length >= 20;
      },
    });
    expect([end, piece.stop, streamed.length]).toEqual(['cancelled', undefined, 20]);
    expect(piece.edits).toEqual(streamed);
  });

  it('refuses edits of a window that it does not have', () => {
    const odd = [{ step: 0, pitch: 0, on: false, logProbability: 0, pass: 0, window: 3 }];
    expect(() => new Piece(request(rollOf(128)), odd)).toThrow(RangeError);
  });
});
