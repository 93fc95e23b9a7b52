import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSafetensors, type StoredTensor } from '../../../kernel/tensors/safetensors.ts';
import { writeSafetensors } from '../../../kernel/tensors/safetensors-write.ts';
import { describeKept, keptTensors } from '../engine/kept-network.ts';
import { foldResNet } from '../engine/resnet-weights.ts';
import { readH5 } from './h5.ts';
import type { GivenFile, RecognisedNetwork } from './protocol-networks.ts';
import { formatOf, readResNet, recognise } from './recognise.ts';

const FIXTURES = new URL('../engine/testing/networks/', import.meta.url);
const read = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(new URL(name, FIXTURES)));
const given = (name: string, bytes: Uint8Array<ArrayBuffer> | string): GivenFile => ({
  name,
  file: new Blob([bytes]),
});

const TORCHVISION = read('resnet-torchvision.safetensors');
const KERAS = read('resnet-keras.h5');

async function known(...files: GivenFile[]): Promise<RecognisedNetwork> {
  const found = await recognise(files);
  if (!found.ok) throw new Error(found.error.message);
  if ('kind' in found.value) throw new Error('expected a network');
  return found.value;
}

async function refusal(...files: GivenFile[]): Promise<string> {
  const found = await recognise(files);
  if (found.ok) throw new Error('expected a refusal');
  return found.error.message;
}

/** The Keras network as tensorflowjs_converter writes it, in two shards that cut a tensor in half. */
function tfjsFiles(): { json: string; shards: [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] } {
  const tensors = [...readH5(KERAS.buffer)];
  const weights = tensors.map(([name, { shape }]) => ({ name, shape, dtype: 'float32' }));
  const all = new Uint8Array(Buffer.concat(tensors.map(([, { values }]) => new Uint8Array(values.buffer))));
  const paths = ['group1-shard1of2.bin', 'group1-shard2of2.bin'];
  const json = JSON.stringify({
    format: 'layers-model',
    modelTopology: {},
    weightsManifest: [{ paths, weights }],
  });
  return { json, shards: [all.slice(0, 100_001), all.slice(100_001)] };
}

describe('what a person drops', () => {
  it('is told by its content, whatever its name says', async () => {
    expect(await known(given('keras.h5', TORCHVISION))).toMatchObject({
      title: 'ResNet-50 of width 4',
      origin: 'torchvision or timm',
      dim: 128,
      inputSize: 224,
      preprocessing: 'torchvision',
    });
    expect(await known(given('weights', KERAS))).toMatchObject({ origin: 'Keras', preprocessing: 'keras' });
  });

  it('has a hash that only its weights decide', async () => {
    const { json, shards } = tfjsFiles();
    const fromShards = await known(
      given('somewhere/group1-shard2of2.bin', shards[1]),
      given('model.json', json),
      given('somewhere/group1-shard1of2.bin', shards[0]),
    );
    const fromH5 = await known(given('a.h5', KERAS));
    expect(fromShards).toMatchObject({ origin: 'tfjs, Keras’s names', dim: 128 });
    expect(fromShards.hash).toBe(fromH5.hash);
    expect((await known(given('b', TORCHVISION))).hash).not.toBe(fromH5.hash);
  });

  it('is found among its shards and other files of the folder', async () => {
    const { json, shards } = tfjsFiles();
    const among = await known(
      given('labels.json', '{"0": "tench"}'),
      // As any shard in 128 does, another one begins like a text of JSON or like a safetensors file.
      given('group0-shard.bin', Uint8Array.of(0x7b, 1, 2, 3, 4, 5, 6, 7, 0x7b, 9)),
      given('group1-shard1of2.bin', shards[0]),
      given('group1-shard2of2.bin', shards[1]),
      given('model.json', json),
    );
    expect(among.origin).toBe('tfjs, Keras’s names');
  });

  it('is kept with what it says of itself', async () => {
    const { weights, parameters } = await known(given('a.h5', KERAS));
    expect(describeKept(weights)).toEqual({ kind: 'resnet50', variant: 'keras', preprocessing: 'keras' });
    const numbers = [...keptTensors(weights).values()].reduce((sum, { values }) => sum + values.length, 0);
    expect(numbers).toBe(parameters);
  });

  it('says how far it is', async () => {
    const told: number[] = [];
    await recognise([given('a.h5', KERAS)], undefined, { onProgress: ({ done }) => told.push(done) });
    expect(told).toEqual([0, KERAS.length]);
  });

  it.each<[string, GivenFile[], RegExp]>([
    ['nothing known', [given('cat.jpg', Uint8Array.of(0xff, 0xd8))], /^cat\.jpg is no file of weights/],
    ['an empty file', [given('empty.h5', '')], /^empty\.h5 is no file of weights/],
    ['PyTorch’s archive', [given('r.pth', Uint8Array.of(0x50, 0x4b, 3, 4))], /^r\.pth is a zip archive/],
    [
      'half of a file',
      [given('half.safetensors', TORCHVISION.slice(0, 200_000))],
      /^half\.safetensors: tensor layer\S+: expected data up to byte \d+, found a file with \d+\.$/,
    ],
    [
      'half of an HDF5 file',
      [given('half.h5', KERAS.slice(0, 400_000))],
      /^half\.h5: HDF5: expected a file of \d+ bytes, found 400000/,
    ],
    [
      'two networks',
      [given('a.safetensors', TORCHVISION), given('b.h5', KERAS)],
      /^a\.safetensors and b\.h5 are two networks\.$/,
    ],
    [
      'JSON of another kind',
      [given('a.json', '{"a": 1}')],
      /^a\.json: model\.json: expected a weightsManifest/,
    ],
    [
      'a model without its shards',
      [given('model.json', tfjsFiles().json)],
      /^model\.json: shard group1-shard1of2\.bin: expected it among the files, found model\.json\.$/,
    ],
    [
      'a shard that is cut',
      [
        given('model.json', tfjsFiles().json),
        given('group1-shard1of2.bin', tfjsFiles().shards[0]),
        given('group1-shard2of2.bin', tfjsFiles().shards[1].slice(5)),
      ],
      /^model\.json: tensor conv5_block3_3_conv\/kernel: expected data up to byte \d+, found shards of \d+ bytes\.$/,
    ],
  ])('is refused with a reason: %s', async (_, files, message) => {
    expect(await refusal(...files)).toMatch(message);
  });
});

describe('a file that is not a sound ResNet-50', () => {
  const sound = parseSafetensors(TORCHVISION.buffer, (name) => !name.endsWith('num_batches_tracked'));
  const changed = (name: string, tensor: StoredTensor | undefined): Map<string, StoredTensor> => {
    const copy = new Map(sound);
    if (tensor === undefined) copy.delete(name);
    else copy.set(name, tensor);
    return copy;
  };
  const zeros = (...shape: number[]): StoredTensor => ({
    shape,
    values: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  });

  it.each([
    [
      'a missing tensor',
      changed('layer3.5.bn2.running_var', undefined),
      'tensor layer3.5.bn2.running_var: expected shape [16], found no such tensor',
    ],
    [
      'a misshapen tensor',
      changed('layer2.0.conv2.weight', zeros(8, 8, 1, 1)),
      'tensor layer2.0.conv2.weight: expected shape [8, 8, 3, 3], found [8, 8, 1, 1]',
    ],
    [
      'ResNet-18’s first block',
      changed('layer1.0.conv1.weight', zeros(4, 4, 3, 3)),
      'tensor layer1.0.conv1.weight: expected shape [any, 4, 1, 1], found [4, 4, 3, 3]',
    ],
    [
      'ResNet-101’s seventh block',
      changed('layer3.6.conv1.weight', zeros(16, 64, 1, 1)),
      'tensor layer3.6.conv1.weight: expected no such tensor in a ResNet-50, found one of shape [16, 64, 1, 1]',
    ],
    [
      'a number that is none',
      changed('bn1.running_mean', { shape: [4], values: Float32Array.of(0, NaN, 0, 0) }),
      'tensor bn1.running_mean: expected finite numbers, found NaN at 1',
    ],
    [
      'a negative variance',
      changed('bn1.running_var', { shape: [4], values: Float32Array.of(1, 1, -2, 1) }),
      'tensor bn1.running_var: expected variances ≥ 0, found -2',
    ],
  ])('is refused: %s', (_, stored, message) => {
    expect(() => foldResNet(stored)).toThrow(message);
  });

  it.each([
    ['torchvision', TORCHVISION.buffer, 'safetensors'],
    ['Keras', KERAS.buffer, 'h5'],
  ] as const)('is refused when the end of %s’s file is missing', (__, file, format) => {
    for (const share of [0.1, 0.5, 0.9, 0.999])
      expect(() => readResNet(file.slice(0, file.byteLength * share), format)).toThrow(
        /expected (a file of|data up to byte) \d+.*found|header: expected at most \d+ bytes, found/,
      );
  });

  it('is refused when it is damaged, with a message of ours', () => {
    const whole = KERAS;
    for (let at = 8; at < whole.length; at += 39_989) {
      const damaged = whole.slice();
      damaged.fill(0xff, at, at + 64);
      try {
        readResNet(damaged.buffer, 'h5');
      } catch (thrown) {
        expect(thrown).toMatchObject({ name: 'WeightsError' });
      }
    }
  });

  it('says what is in a file of another network', () => {
    const other = writeSafetensors(new Map([['encoder.patch', zeros(2, 3)]]), {});
    expect(() => readResNet(other, 'safetensors')).toThrow('found 1 tensors, such as encoder.patch [2, 3]');
  });
});

it.each([
  [[0x50, 0x4b, 3, 4], 'zip'],
  [[...new TextEncoder().encode(' \n{"format": "graph-model"}')], 'json'],
  [[9, 0, 0, 0, 0, 0, 0, 0, 0x7b], 'safetensors'],
  // Numbers of a shard, which may be any.
  [[9, 0, 0, 0, 0x3c, 0, 0, 0, 0x7b, 0x22], 'unknown'],
  [[9, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x3f], 'unknown'],
  [[0x7b, 0x14, 0xae, 0x3e, 0x7b, 0x14, 0xae, 0x3e], 'unknown'],
  [[0xff, 0xd8, 0xff], 'unknown'],
  [[], 'unknown'],
])('tells %j apart by its content', (bytes, format) => {
  expect(formatOf(Uint8Array.from(bytes))).toBe(format);
});
