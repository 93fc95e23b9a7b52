/** Our network, the article's and Coconet in one tab: bare passes, the article's loop, the worker at work. */
import * as tf from '@tensorflow/tfjs-core';
import manifest from '../../models/ar-cnn/manifest.json' with { type: 'json' };
import expectedUrl from '../../models/ar-cnn/fixtures/logits.f32.bin?url';
import rollsUrl from '../../models/ar-cnn/fixtures/rolls.u8.bin?url';
import weightsUrl from '../../models/ar-cnn/weights.safetensors?url';
import { connectWorker, transfer, type Connection } from '../../src/platform/rpc.ts';
import { useWasm } from '../../src/platform/tf-backend.ts';
import { lockOfNotes } from '../../src/studios/compose/engine/constraints.ts';
import { createArCnn, type ArCnn } from '../../src/studios/compose/engine/model.ts';
import { readShape } from '../../src/studios/compose/engine/network-shape.ts';
import { Piece, type PieceEdit, type PieceRequest } from '../../src/studios/compose/engine/piece.ts';
import { ORIGINAL, PRESETS } from '../../src/studios/compose/engine/presets.ts';
import { notesToRoll, type Roll } from '../../src/studios/compose/engine/roll.ts';
import { runToEnd, type Logits } from '../../src/studios/compose/engine/run.ts';
import { Sampler } from '../../src/studios/compose/engine/sampler.ts';
import type { ComposeApi } from '../../src/studios/compose/worker/protocol.ts';
import type { ComposeBenchPage, TimedRun, Who } from './compose/page.ts';
import { awsArCnn, coconet, type Peer } from './compose/peers.ts';

const STEPS = 128;
/** Of AWS's roll. */
const ALL_PITCHES = 128;
/** Eight bars of quarters, up and down a scale of G. */
const MELODY = [67, 69, 71, 72, 74, 72, 71, 69, 67, 64, 66, 67, 69, 67, 66, 67];

const shape = readShape(manifest);
let model: ArCnn | undefined;
let peers: { readonly aws: Peer; readonly coconet: Peer } | undefined;
let worker: Connection<ComposeApi> | undefined;

const fetched = async (url: string): Promise<ArrayBuffer> =>
  (await fetch(new URL(url, import.meta.url))).arrayBuffer();

function melody(pitches: number, pitchLowMidi: number): Roll {
  const notes = [...MELODY, ...MELODY].map((pitchMidi, i) => ({
    startStep: 4 * i,
    lengthSteps: 4,
    pitchMidi,
  }));
  return notesToRoll(notes, { steps: STEPS, pitches, pitchLowMidi }).roll;
}

function needed<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('call ready() first');
  return value;
}

const ours: Logits = (cells) => needed(model).logitsOf(cells);

const aws: Logits = async (cells) => {
  const { aws: peer } = needed(peers);
  const out = tf.tidy(() => peer.run(tf.tensor4d(Float32Array.from(cells), [1, ...peer.input])));
  const logits = await out.data<'float32'>();
  out.dispose();
  return logits;
};

async function onePass(who: Who): Promise<void> {
  if (who === 'ours') {
    await ours(melody(shape.pitches, shape.pitchLowMidi).cells);
    return;
  }
  const peer = needed(peers)[who];
  const out = tf.tidy(() => peer.run(tf.zeros([1, ...peer.input])));
  await out.data();
  out.dispose();
}

function harmonise(seed = PRESETS[0].settings.seed): PieceRequest {
  const roll = melody(shape.pitches, shape.pitchLowMidi);
  const { settings, constraints } = PRESETS[0];
  return { roll, locked: lockOfNotes(roll), settings: { ...settings, seed }, constraints };
}

const page: ComposeBenchPage = {
  async ready() {
    await useWasm();
    model = createArCnn(await fetched(weightsUrl), shape);
    peers = { aws: awsArCnn(), coconet: coconet() };
    worker = connectWorker<ComposeApi>(
      new Worker(new URL('../../src/studios/compose/worker/compose.worker.ts', import.meta.url), {
        type: 'module',
      }),
    );
    const weights = await fetched(weightsUrl);
    const loaded = await worker.api.load(transfer(weights, [weights]), manifest);
    if (!loaded.ok) throw new Error(loaded.error.message);
    // The first pass of each allocates.
    for (const who of ['ours', 'aws', 'coconet'] as const) await onePass(who);
    return {
      parameters: {
        ours: manifest.parameters,
        aws: peers.aws.parameters,
        coconet: peers.coconet.parameters,
      },
    };
  },

  async passes(who, count) {
    const times: number[] = [];
    for (let done = 0; done < count; done += 1) {
      const started = performance.now();
      await onePass(who);
      times.push(performance.now() - started);
    }
    return times;
  },

  async parity() {
    const rolls = new Uint8Array(await fetched(rollsUrl));
    const expected = new Float32Array(await fetched(expectedUrl));
    const size = shape.steps * shape.pitches;
    const best = (logits: Float32Array): number => logits.indexOf(Math.max(...logits));
    let maxDifference = 0;
    let sameArgmax = 0;
    for (let from = 0; from < rolls.length; from += size) {
      const logits = await ours(rolls.slice(from, from + size));
      const reference = expected.subarray(from, from + size);
      logits.forEach((logit, cell) => {
        maxDifference = Math.max(maxDifference, Math.abs(logit - (reference[cell] ?? NaN)));
      });
      if (best(logits) === best(reference)) sameArgmax += 1;
    }
    return { rolls: rolls.length / size, maxDifference, sameArgmax };
  },

  async article(who, iterations): Promise<TimedRun> {
    const roll = who === 'ours' ? melody(shape.pitches, shape.pitchLowMidi) : melody(ALL_PITCHES, 0);
    const sampler = new Sampler({ roll }, { ...ORIGINAL.settings, iterations });
    let passes = 0;
    let firstEditPasses = 0;
    let firstEditMs = 0;
    const network = who === 'ours' ? ours : aws;
    const started = performance.now();
    await runToEnd(
      sampler,
      (cells) => {
        passes += 1;
        return network(cells);
      },
      {
        onEdits: () => {
          if (firstEditPasses > 0) return;
          firstEditPasses = passes;
          firstEditMs = performance.now() - started;
        },
      },
    );
    const milliseconds = performance.now() - started;
    return { milliseconds, edits: sampler.edits.length, passes, firstEditPasses, firstEditMs };
  },

  async inWorker() {
    let longTasksMs = 0;
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longTasksMs += duration;
    });
    observer.observe({ type: 'longtask' });
    const { port1, port2 } = new MessageChannel();
    let firstEditMs = 0;
    let firstEditPasses = 0;
    const started = performance.now();
    port1.onmessage = ({ data }: MessageEvent<readonly PieceEdit[]>) => {
      if (firstEditPasses > 0) return;
      firstEditPasses = (data[0]?.pass ?? NaN) + 1;
      firstEditMs = performance.now() - started;
    };
    const answer = await needed(worker).api.compose(harmonise(), [], transfer(port2, [port2]));
    const milliseconds = performance.now() - started;
    if (!answer.ok) throw new Error(answer.error.message);
    observer.disconnect();
    const { edits, passes } = answer.value;
    return { milliseconds, edits: edits.length, passes, firstEditPasses, firstEditMs, longTasksMs };
  },

  async raw(passes) {
    const { cells } = melody(shape.pitches, shape.pitchLowMidi);
    const started = performance.now();
    for (let done = 0; done < passes; done += 1) await ours(cells);
    return performance.now() - started;
  },

  async keeps(runs) {
    const roll = melody(shape.pitches, shape.pitchLowMidi);
    let lost = 0;
    let given = 0;
    for (let seed = 0; seed < runs; seed += 1) {
      const settings = {
        ...ORIGINAL.settings,
        iterations: 16,
        editsPerPass: 4,
        temperature: [{ at: 0, value: 6 }],
        maxRemovedShare: 0,
        seed,
      };
      const piece = new Piece({ roll, settings, constraints: {} });
      await runToEnd(piece, ours);
      roll.cells.forEach((cell, at) => {
        given += cell;
        if (cell === 1 && piece.roll.cells[at] === 0) lost += 1;
      });
    }
    return { runs, given, lost };
  },

  async runs(count) {
    for (let seed = 0; seed < count; seed += 1) {
      const request = harmonise(seed);
      await runToEnd(new Piece({ ...request, settings: { ...request.settings, iterations: 60 } }), ours);
    }
    const { numTensors, numBytes } = tf.memory();
    return { tensors: numTensors, bytes: numBytes };
  },
};
window.compose = page;
