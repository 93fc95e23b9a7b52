import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { input, layers, model as modelOf, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeKept } from '../engine/kept-network.ts';
import { normalise, preprocessingOf } from '../engine/preprocessing.ts';
import {
  GRAPH_CHANNELS,
  GRAPH_CLASSES,
  GRAPH_SIDE,
  graphModel,
  meanOfConvolution,
} from '../engine/testing/tfjs-graph.ts';
import { createEmbedder } from './embedders.ts';
import type { ChoosableNetwork, GivenFile, RecognisedNetwork, TfjsChoice } from './protocol-networks.ts';
import { recognise } from './recognise.ts';

const PICTURES = 4;
/** Kept as float16: a relative error of 2⁻¹¹ a weight. */
const TOLERANCE = 2e-3;

const given = (name: string, bytes: Uint8Array<ArrayBuffer> | string): GivenFile => ({
  name,
  file: new Blob([bytes]),
});

const filesOf = (json: unknown, shards: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): GivenFile[] => [
  given('model.json', JSON.stringify(json)),
  ...[...shards].map(([name, bytes]) => given(name, bytes)),
];

async function toChoose(files: GivenFile[]): Promise<ChoosableNetwork> {
  const found = await recognise(files);
  if (!found.ok) throw new Error(found.error.message);
  if (!('kind' in found.value)) throw new Error('expected something to choose');
  return found.value;
}

async function chosen(files: GivenFile[], choice: TfjsChoice): Promise<RecognisedNetwork> {
  const found = await recognise(files, choice);
  if (!found.ok) throw new Error(found.error.message);
  if ('kind' in found.value) throw new Error('expected a network');
  return found.value;
}

async function refusal(files: GivenFile[], choice?: TfjsChoice): Promise<string> {
  const found = await recognise(files, choice);
  if (found.ok) throw new Error('expected a refusal');
  return found.error.message;
}

/** [side, side, 3] uint8 of one's own for each index. */
const pixels = (index: number, side: number): Uint8Array =>
  Uint8Array.from({ length: side * side * 3 }, (_, at) => (at * 37 + index * 101 + (at >> 3) * index) % 256);

/** What a kept network makes of some pictures, all in one pass. */
async function embed(network: RecognisedNetwork): Promise<number[][]> {
  const embedder = await createEmbedder(network.weights);
  const { inputSize: side, preprocessing, dim } = embedder;
  const inputs = Array.from({ length: PICTURES }, (_, index) =>
    tf.tensor4d(normalise(pixels(index, side), preprocessing), [1, side, side, 3]),
  );
  const images = tf.concat4d(inputs, 0);
  const before = tf.memory().numTensors;
  const features = embedder.embed(images);
  expect(features.shape).toEqual([PICTURES, dim]);
  expect(tf.memory().numTensors).toBe(before + 1);
  const rows = await features.array();
  tf.dispose([features, images, ...inputs]);
  embedder.dispose();
  return rows;
}

function expectClose(found: readonly number[], expected: readonly number[]): void {
  const most = Math.max(...expected.map(Math.abs));
  expect(found.length).toBe(expected.length);
  for (const [at, value] of expected.entries())
    expect(Math.abs((found[at] ?? NaN) - value)).toBeLessThan(TOLERANCE * most);
}

beforeAll(async () => {
  const wasm = new URL('../../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url);
  setWasmPaths(fileURLToPath(wasm));
  setThreadsCount(1);
  expect(await tf.setBackend('wasm')).toBe(true);
});

describe('a graph model of tfjs', () => {
  afterAll(() => expect(tf.memory().numTensors).toBe(0));
  const { json, shards, filter, dense } = graphModel();
  const files = filesOf(json, shards);
  const choice: TfjsChoice = {
    output: 'features/pool',
    inputSize: GRAPH_SIDE,
    preprocessing: 'zero-to-one',
    order: 'rgb',
  };
  const reference = (index: number, order: 'rgb' | 'bgr' = 'rgb'): number[] =>
    meanOfConvolution(
      normalise(pixels(index, GRAPH_SIDE), preprocessingOf('zero-to-one', order)),
      filter,
      GRAPH_SIDE,
    );

  it('lies beside as files', () => {
    const file = (name: string): Buffer =>
      readFileSync(new URL(`../engine/testing/networks/graph/${name}`, import.meta.url));
    expect(JSON.parse(file('model.json').toString())).toEqual(json);
    for (const [name, bytes] of shards) expect(new Uint8Array(file(name))).toEqual(bytes);
  });

  it('shows its input and every output that can be an embedding', async () => {
    const found = await toChoose(files);
    expect(found.input).toEqual({ name: 'image', shape: [-1, GRAPH_SIDE, GRAPH_SIDE, 3] });
    expect(found.isSizeFixed).toBe(true);
    expect(found.outputs).toEqual([
      { name: 'conv', shape: [8, 8, GRAPH_CHANNELS], dim: GRAPH_CHANNELS },
      { name: 'features/map', shape: [8, 8, GRAPH_CHANNELS], dim: GRAPH_CHANNELS },
      { name: 'features/pool', shape: [GRAPH_CHANNELS], dim: GRAPH_CHANNELS },
      { name: 'logits', shape: [GRAPH_CLASSES], dim: GRAPH_CLASSES },
    ]);
    expect(found.suggested.output).toBe('features/map');
  });

  it.each(['features/pool', 'features/map'])('gives what the arithmetic gives at %s', async (output) => {
    const network = await chosen(files, { ...choice, output });
    expect(network).toMatchObject({ dim: GRAPH_CHANNELS, inputSize: GRAPH_SIDE, output });
    const found = await embed(network);
    for (const [index, row] of found.entries()) expectClose(row, reference(index));
  });

  it('gives its logits as an embedding too', async () => {
    const found = await embed(await chosen(files, { ...choice, output: 'logits' }));
    for (const [index, row] of found.entries()) {
      const pool = reference(index);
      const logits = Array.from({ length: GRAPH_CLASSES }, (_, label) =>
        pool.reduce((sum, value, at) => sum + value * (dense[at * GRAPH_CLASSES + label] ?? NaN), 0),
      );
      expectClose(row, logits);
    }
  });

  it('sees the order of the channels and the range that were chosen', async () => {
    const bgr = await embed(await chosen(files, { ...choice, order: 'bgr' }));
    for (const [index, row] of bgr.entries()) expectClose(row, reference(index, 'bgr'));
    expect(() => expectClose(bgr[0] ?? [], reference(0))).toThrow();
    const wide = await embed(await chosen(files, { ...choice, preprocessing: 'as-it-is' }));
    expect(() => expectClose(wide[0] ?? [], reference(0))).toThrow();
  });

  it('has a hash of weights and choice, and is kept with large tensors as float16', async () => {
    const one = await chosen(files, choice);
    expect((await chosen(files, choice)).hash).toBe(one.hash);
    expect((await chosen(files, { ...choice, output: 'logits' })).hash).not.toBe(one.hash);
    expect((await chosen(files, { ...choice, order: 'bgr' })).hash).not.toBe(one.hash);
    expect(describeKept(one.weights)).toEqual({ kind: 'tfjs', format: 'graph-model', dim: 24, ...choice });
  });

  it('is taken as @tensorflow-models/mobilenet takes it where it is a MobileNet', async () => {
    const node = 'module_apply_default/MobilenetV1/Logits/global_pool';
    const mobilenet = graphModel(node);
    const named = filesOf(mobilenet.json, mobilenet.shards);
    const found = await toChoose(named);
    expect(found).toMatchObject({
      title: 'MobileNet v1',
      suggested: { output: node, preprocessing: 'zero-to-one', order: 'rgb' },
    });
    const rows = await embed(await chosen(named, found.suggested));
    for (const [index, row] of rows.entries()) expectClose(row, reference(index));
  });

  it('is refused with the name of what is wrong', async () => {
    const changed = (change: (copy: typeof json) => void): GivenFile[] => {
      const copy = structuredClone(json);
      change(copy);
      return filesOf(copy, shards);
    };
    const nodeOf = (copy: typeof json, name: string) => {
      const found = copy.modelTopology.node.find((each) => each.name === name);
      if (found === undefined) throw new Error(name);
      return found as { name: string; op: string; attr: { shape: unknown } };
    };
    expect(await refusal(changed((copy) => (nodeOf(copy, 'logits').op = 'Frobnicate')))).toMatch(
      /operation Frobnicate: expected one that tfjs knows/,
    );
    expect(await refusal(changed((copy) => (nodeOf(copy, 'dense').name = 'sparse')))).toMatch(
      /tensor sparse: expected it in the weightsManifest, found no such tensor/,
    );
    const narrow = { shape: { dim: ['-1', '16', '16', '1'].map((size) => ({ size })) } };
    expect(await refusal(changed((copy) => (nodeOf(copy, 'image').attr.shape = narrow)))).toMatch(
      /input image: expected shape \[1, size, size, 3\].*found \[-1, 16, 16, 1\]/,
    );
    expect(await refusal(files.slice(0, 2))).toMatch(
      /shard group1-shard2of2\.bin: expected it among the files/,
    );
    const [first, one, two] = files;
    if (first === undefined || one === undefined || two === undefined) throw new Error('no files');
    expect(await refusal([first, one, given(two.name, new Uint8Array(7))])).toMatch(
      /tensor filter: expected data up to byte 2592, found shards of 1008 bytes/,
    );
    expect(await refusal([given('model.json', '{"weightsManifest": []}')])).toMatch(
      /expected the modelTopology of a graph or layers model/,
    );
    expect(await refusal(files, { ...choice, output: 'nowhere' })).toMatch(/nowhere/);
  });
});

describe('a layers model of tfjs', () => {
  /** The same network in Keras's form, written by tfjs itself. */
  async function layersFiles(): Promise<{ files: GivenFile[]; json: Record<string, unknown> }> {
    const { filter, dense } = graphModel();
    const image = input({ shape: [GRAPH_SIDE, GRAPH_SIDE, 3], name: 'image' });
    const conv = layers
      .conv2d({
        filters: GRAPH_CHANNELS,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        useBias: false,
        activation: 'relu',
        kernelInitializer: 'zeros',
        name: 'conv_map',
      })
      .apply(image) as SymbolicTensor;
    const pool = layers.globalAveragePooling2d({ name: 'pool' }).apply(conv) as SymbolicTensor;
    const logits = layers
      .dense({ units: GRAPH_CLASSES, useBias: false, kernelInitializer: 'zeros', name: 'logits' })
      .apply(pool) as SymbolicTensor;
    const network = modelOf({ inputs: image, outputs: logits, name: 'small' });
    const weights = [
      tf.tensor(filter, [3, 3, 3, GRAPH_CHANNELS]),
      tf.tensor(dense, [GRAPH_CHANNELS, GRAPH_CLASSES]),
    ];
    network.setWeights(weights);
    let kept: tf.io.ModelArtifacts | undefined;
    await network.save({
      save: (artifacts) => {
        kept = artifacts;
        return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
      },
    });
    network.dispose();
    tf.dispose(weights);
    if (!(kept?.weightData instanceof ArrayBuffer)) throw new Error('nothing was saved');
    const json = {
      format: 'layers-model',
      modelTopology: kept.modelTopology,
      weightsManifest: [{ paths: ['weights.bin'], weights: kept.weightSpecs }],
    };
    return { json, files: filesOf(json, new Map([['weights.bin', new Uint8Array(kept.weightData)]])) };
  }

  it('shows its layers, and gives what the arithmetic gives', async () => {
    const { files } = await layersFiles();
    const found = await toChoose(files);
    expect(found).toMatchObject({ title: 'Layers model small', format: 'layers-model', isSizeFixed: true });
    expect(found.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['conv_map', [8, 8, GRAPH_CHANNELS]],
      ['pool', [GRAPH_CHANNELS]],
      ['logits', [GRAPH_CLASSES]],
    ]);
    expect(found.suggested.output).toBe('conv_map');
    const { filter } = graphModel();
    for (const output of ['conv_map', 'pool']) {
      const rows = await embed(await chosen(files, { ...found.suggested, output }));
      for (const [index, row] of rows.entries())
        expectClose(
          row,
          meanOfConvolution(
            normalise(pixels(index, GRAPH_SIDE), preprocessingOf('minus-one-to-one', 'rgb')),
            filter,
            GRAPH_SIDE,
          ),
        );
    }
  });

  it('is refused with the name of what is wrong', async () => {
    const { files, json } = await layersFiles();
    const text = JSON.stringify(json);
    const shard = files[1];
    if (shard === undefined) throw new Error('no shard');
    expect(
      await refusal([
        given('model.json', text.replace('"GlobalAveragePooling2D"', '"GlobalMagic2D"')),
        shard,
      ]),
    ).toMatch(/GlobalMagic2D/);
    expect(
      await refusal([given('model.json', text.replaceAll('logits/kernel', 'lost/kernel')), shard]),
    ).toMatch(/lost\/kernel|logits\/kernel/);
  });
});
