import * as tf from '@tensorflow/tfjs-core';
import { quantile } from '../../../kernel/metrics.ts';
import { describe, fail, ok } from '../../../kernel/result.ts';
import type { TaskOptions } from '../../../platform/rpc.ts';
import { createArCnn, type ArCnn } from '../engine/model.ts';
import { readShape, type ArCnnShape } from '../engine/network-shape.ts';
import { Piece, type PieceEdit, type PieceRequest } from '../engine/piece.ts';
import { runToEnd } from '../engine/run.ts';
import { sliceRoll, WINDOW_STEPS } from '../engine/roll.ts';
import { temperatureAt } from '../engine/settings.ts';
import { planWindows } from '../engine/windows.ts';
import type { ComposeApi, ComposeInfo, ComposeOutcome, ComposeResult, Thought } from './protocol.ts';

const PROBE_PASSES = 3;
/** A temperature of 0 is argmax: as sharp as that, for a picture. */
const MIN_TEMPERATURE = 0.01;

const notReady = fail('not-ready', 'The network is not loaded yet.', { retryable: true });

/** The worker's side of the protocol, without the worker. */
export class Composer implements ComposeApi {
  readonly #startBackend: () => Promise<void>;
  readonly #pause: () => Promise<void>;
  #network: { readonly model: ArCnn; readonly shape: ArCnnShape } | undefined;

  /**
   * @param startBackend makes a tfjs backend the current one
   * @param pause lets waiting messages have their turn: without it no cancelling would arrive
   */
  constructor(startBackend: () => Promise<void>, pause: () => Promise<void>) {
    this.#startBackend = startBackend;
    this.#pause = pause;
  }

  async load(weights: ArrayBuffer, manifest: unknown): Promise<ComposeResult<ComposeInfo>> {
    try {
      const shape = readShape(manifest);
      await this.#startBackend();
      const model = createArCnn(weights, shape);
      this.dispose();
      this.#network = { model, shape };
      return ok({ shape, passMs: await probe(model, shape) });
    } catch (cause) {
      return fail('bad-weights', 'The network could not be started.', {
        hint: 'Reload the page; if it happens again, delete the stored network on the device page.',
        retryable: true,
        cause,
      });
    }
  }

  async compose(
    request: PieceRequest,
    made: readonly PieceEdit[],
    stream: MessagePort,
    { signal, onProgress }: TaskOptions = {},
  ): Promise<ComposeResult<ComposeOutcome>> {
    try {
      const network = this.#network;
      if (network === undefined) return notReady;
      const piece = open(request, made, network.shape);
      if (!piece.ok) return piece;
      const run = piece.value;
      let passes = 0;
      const end = await runToEnd(
        run,
        async (cells) => {
          await this.#pause();
          passes += 1;
          return network.model.logitsOf(cells);
        },
        {
          signal,
          onEdits: (edits) => {
            stream.postMessage(edits);
            onProgress?.({
              phase: 'composing',
              done: run.edits.length,
              total: run.plannedEdits,
              unit: 'edits',
            });
          },
        },
      );
      const { roll, edits, added, removed } = run;
      return ok({ roll, edits, end, added, removed, passes });
    } catch (cause) {
      // The request was sound: what fails now is the network or its memory, and a fresh worker may do better.
      return fail('network-failed', `The network stopped: ${describe(cause)}.`, { retryable: true, cause });
    } finally {
      stream.close();
    }
  }

  async think(request: PieceRequest): Promise<ComposeResult<Thought>> {
    try {
      const network = this.#network;
      if (network === undefined) return notReady;
      const piece = open(request, [], network.shape);
      if (!piece.ok) return piece;
      const { roll, locked } = request;
      const temperature = Math.max(MIN_TEMPERATURE, temperatureAt(request.settings.temperature, 0));
      const probabilities = new Float32Array(roll.cells.length);
      for (const { startStep, freeFrom, freeTo } of planWindows(roll.steps)) {
        await this.#pause();
        const logits = await network.model.logitsOf(sliceRoll(roll, startStep, WINDOW_STEPS).cells);
        const begin = (startStep + freeFrom) * roll.pitches;
        const free = logits.subarray(freeFrom * roll.pitches, freeTo * roll.pitches);
        const shares = softmax(
          free.map((logit, cell) => (locked?.[begin + cell] === 1 ? -Infinity : logit / temperature)),
        );
        probabilities.set(shares, begin);
      }
      return ok({ probabilities, temperature });
    } catch (cause) {
      return fail('network-failed', `The network stopped: ${describe(cause)}.`, { retryable: true, cause });
    }
  }

  tensorCount(): number {
    return tf.memory().numTensors;
  }

  dispose(): void {
    this.#network?.model.dispose();
    this.#network = undefined;
  }
}

function open(request: PieceRequest, made: readonly PieceEdit[], shape: ArCnnShape): ComposeResult<Piece> {
  const { pitches, pitchLowMidi } = request.roll;
  if (pitches !== shape.pitches || pitchLowMidi !== shape.pitchLowMidi) {
    return fail(
      'bad-request',
      `The network reads ${shape.pitches} pitches from MIDI ${shape.pitchLowMidi}; this roll has ${pitches} from ${pitchLowMidi}.`,
    );
  }
  try {
    return ok(new Piece(request, made));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    return fail('bad-request', `This cannot be run: ${cause.message}.`, { cause });
  }
}

// Shares of e^x; −∞ has none. Relative to the greatest, so that nothing overflows.
function softmax(values: Float32Array): Float32Array<ArrayBuffer> {
  const greatest = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const shares = Float32Array.from(values, (value) => Math.exp(value - greatest));
  const sum = shares.reduce((all, share) => all + share, 0);
  return sum > 0 ? shares.map((share) => share / sum) : new Float32Array(values.length);
}

async function probe(model: ArCnn, { steps, pitches }: ArCnnShape): Promise<number> {
  const cells = new Uint8Array(steps * pitches);
  await model.logitsOf(cells); // compiles and allocates: not timed
  const times: number[] = [];
  for (let pass = 0; pass < PROBE_PASSES; pass += 1) {
    const started = performance.now();
    await model.logitsOf(cells);
    times.push(performance.now() - started);
  }
  return quantile(times, 0.5);
}
