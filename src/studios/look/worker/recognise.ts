import { fail, ok } from '../../../kernel/result.ts';
import { WeightsError, parseSafetensors, type StoredTensor } from '../../../kernel/tensors/safetensors.ts';
import type { TaskOptions } from '../../../platform/rpc.ts';
import { sha256Hex } from '../../../platform/storage/sha256.ts';
import { writeKeptResNet } from '../engine/kept-network.ts';
import {
  EXPANSION,
  foldResNet,
  isOfResNet,
  RESNET_INPUT_SIZE,
  type FoldedResNet,
} from '../engine/resnet-weights.ts';
import { assertTfjsBytes, readTfjsManifest, readTfjsWeights } from '../engine/tfjs-weights.ts';
import { isH5, readH5 } from './h5.ts';
import type { ChoosableNetwork, GivenFile, RecognisedNetwork, TfjsChoice } from './protocol-networks.ts';
import type { LookResult } from './protocol.ts';
import type { GivenTfjs } from './recognise-tfjs.ts';

/** What a file is by its first bytes, whatever its name says. */
export type WeightsFormat = 'safetensors' | 'h5' | 'json' | 'zip' | 'unknown';

/** ResNet-50 has 102 MB, and with its optimiser three times as much; refused before it is read. */
const MAX_BYTES = 512 * 1024 * 1024;
const HEAD_BYTES = 64;
/** A JSON object, perhaps after white space: numbers of a shard may begin with a brace, but hardly with a key after it. */
const JSON_HEAD = /^\s*\{\s*(["}]|$)/;
/** Its header is JSON too, behind its length in eight bytes, of which no header fills more than four. */
const SAFETENSORS_HEAD = /^[^]{4}\0{4}\{\s*(["}]|$)/;
/** Of ResNet-50 itself; a narrower one is named so. */
const FULL_WIDTH = 64;
const WHAT_IS_READ =
  'Atelier reads ResNet-50 from .safetensors (torchvision’s and timm’s names) and from Keras .h5, and any model of tfjs that takes a picture: model.json with its shards.';

/**
 * Tells what kind of weights file it is by its content.
 *
 * @param head the first bytes, 64 where the file has them
 */
export function formatOf(head: Uint8Array): WeightsFormat {
  if (isH5(head)) return 'h5';
  // PyTorch's own files are archives that run code when they are opened.
  if (head[0] === 0x50 && head[1] === 0x4b) return 'zip';
  const text = String.fromCharCode(...head.subarray(0, HEAD_BYTES));
  if (JSON_HEAD.test(text)) return 'json';
  if (SAFETENSORS_HEAD.test(text)) return 'safetensors';
  return 'unknown';
}

/**
 * Reads a ResNet-50 from a file of either kind.
 *
 * @param file the whole file
 * @param format as `formatOf` told
 * @returns the network with its batch norms folded in
 * @throws WeightsError saying what is wrong, naming the tensor, expected and found shape
 */
export function readResNet(file: ArrayBuffer, format: 'safetensors' | 'h5'): FoldedResNet {
  return foldKnown(format === 'h5' ? readH5(file) : parseSafetensors(file, isOfResNet));
}

/** Says what is in the file when it is nothing like a ResNet: the first tensor that is missing would tell less. */
function foldKnown(stored: ReadonlyMap<string, StoredTensor>): FoldedResNet {
  if (stored.has('conv1.weight') || stored.has('conv1_conv/kernel')) return foldResNet(stored);
  const names = [...stored.keys()];
  const some = names.slice(0, 3).map((name) => `${name} [${stored.get(name)?.shape.join(', ')}]`);
  const found =
    names.length === 0 ? 'no tensors at all' : `${names.length} tensors, such as ${some.join(', ')}`;
  throw new WeightsError(
    `tensor conv1.weight: expected shape [any, 3, 7, 7] as torchvision names it, or conv1_conv/kernel: [7, 7, 3, any] as Keras does, found ${found}`,
  );
}

interface Opened {
  readonly name: string;
  readonly file: Blob;
  readonly format: WeightsFormat;
}

const refused = (message: string, hint = WHAT_IS_READ, cause?: unknown): LookResult<never> =>
  fail('bad-weights', message, { hint, cause });

export interface RecogniseOptions extends TaskOptions {
  /** Makes a tfjs backend the current one: models of tfjs are run to see their shapes. */
  readonly startBackend?: () => Promise<void>;
}

/**
 * Tells by their content what network some files hold.
 *
 * @param files one weights file, or a `model.json` and its shards
 * @param choice what was chosen about a model of tfjs
 * @param options `onProgress` tells bytes read
 * @returns the network as it is kept, what there is to choose, or what is wrong with the files
 */
export async function recognise(
  files: readonly GivenFile[],
  choice?: TfjsChoice,
  options: RecogniseOptions = {},
): Promise<LookResult<RecognisedNetwork | ChoosableNetwork>> {
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  if (total > MAX_BYTES)
    return refused(`These files have ${Math.round(total / 1e6)} MB together; over 512 MB are not read.`);
  let at = files[0]?.name ?? '';
  try {
    const opened: Opened[] = [];
    for (const { name, file } of files) {
      at = name;
      const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
      opened.push({ name, file, format: formatOf(head) });
    }
    const [main, another] = await mainFiles(opened);
    if (main === undefined) return refused(`${at} is no file of weights that is known here.`);
    if (another !== undefined)
      return refused(
        `${main.name} and ${another.name} are two networks.`,
        'Give the files of one at a time.',
      );
    at = main.name;
    if (main.format === 'zip')
      return refused(
        `${main.name} is a zip archive, as PyTorch’s .pth and .keras files are: these are not opened.`,
        'Save it as .safetensors: safetensors.torch.save_file(model.state_dict(), "weights.safetensors").',
      );
    const progress = (done: number): void =>
      options.onProgress?.({ phase: 'reading', done, total, unit: 'bytes' });
    progress(0);
    if (main.format === 'json') {
      const given = await readTfjs(main, opened);
      progress(total);
      return ok(await recogniseTfjs(given, choice, options));
    }
    const network = readResNet(await main.file.arrayBuffer(), main.format === 'h5' ? 'h5' : 'safetensors');
    progress(total);
    return ok(await keptAs(network, network.variant === 'keras' ? 'Keras' : 'torchvision or timm'));
  } catch (cause) {
    if (cause instanceof WeightsError) return refused(`${at}: ${cause.message}.`);
    if (cause instanceof DOMException || cause instanceof RangeError)
      return refused(
        `${at} could not be read.`,
        'It may have been moved, or be too large for the memory there is.',
        cause,
      );
    throw cause;
  }
}

/** The files that are a network each: shards are none, nor is other JSON beside a `model.json`. */
async function mainFiles(opened: readonly Opened[]): Promise<readonly Opened[]> {
  const weights = opened.filter(({ format }) => format !== 'unknown' && format !== 'json');
  const described = opened.filter(({ format }) => format === 'json');
  const models: Opened[] = [];
  for (const one of described)
    if (described.length === 1 || (await one.file.text()).includes('"weightsManifest"')) models.push(one);
  return [...models, ...weights, ...described.slice(0, models.length + weights.length === 0 ? 1 : 0)];
}

async function keptAs(network: FoldedResNet, origin: string): Promise<RecognisedNetwork> {
  const weights = writeKeptResNet(network, network.variant);
  const { width, tensors } = network;
  return {
    title: width === FULL_WIDTH ? 'ResNet-50' : `ResNet-50 of width ${width}`,
    origin,
    dim: width * 8 * EXPANSION,
    inputSize: RESNET_INPUT_SIZE,
    preprocessing: network.variant,
    parameters: [...tensors.values()].reduce((sum, { values }) => sum + values.length, 0),
    hash: await sha256Hex(new Uint8Array(weights)),
    weights,
  };
}

/** ResNet-50 of Keras is read like its .h5; of any other model a person says what its embedding is. */
async function recogniseTfjs(
  given: GivenTfjs,
  choice: TfjsChoice | undefined,
  { startBackend }: RecogniseOptions,
): Promise<RecognisedNetwork | ChoosableNetwork> {
  const { manifest, data } = given;
  if (manifest.entries.some(({ name }) => name === 'conv1_conv/kernel'))
    return keptAs(foldKnown(readTfjsWeights(manifest, data)), 'tfjs, Keras’s names');
  await startBackend?.();
  const { choicesOf, keptAsChosen } = await import('./recognise-tfjs.ts');
  return choice === undefined ? choicesOf(given) : keptAsChosen(given, choice);
}

async function readTfjs(main: Opened, files: readonly Opened[]): Promise<GivenTfjs> {
  const json = parseJson(await main.file.text());
  const manifest = readTfjsManifest(json);
  const shards = manifest.shards.map((shard) => {
    const found = files.find(({ name }) => name.slice(name.lastIndexOf('/') + 1) === shard);
    if (found === undefined)
      throw new WeightsError(
        `shard ${shard}: expected it among the files, found ${files.map(({ name }) => name).join(', ')}`,
      );
    return found.file;
  });
  assertTfjsBytes(
    manifest,
    shards.reduce((sum, shard) => sum + shard.size, 0),
  );
  return { json, manifest, data: await new Blob(shards).arrayBuffer() };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WeightsError('model.json: expected JSON, found something else', { cause });
  }
}
