import type { GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe } from '../../../kernel/result.ts';
import { WeightsError } from '../../../kernel/tensors/safetensors.ts';
import { MAX_INPUT_SIZE, type TfjsFormat } from '../engine/kept-network.ts';

/** A `model.json` and the bytes of its shards, joined. */
export interface TfjsFiles {
  readonly format: TfjsFormat;
  readonly topology: object;
  readonly specs: readonly tf.io.WeightsManifestEntry[];
  readonly data: ArrayBuffer;
}

/** Something in a network that can be its embedding. */
export interface TfjsOutput {
  readonly name: string;
  /** Without the batch: [d], or [h, w, c], of which the mean over h and w is taken. */
  readonly shape: readonly number[];
  /** Length of the embedding. */
  readonly dim: number;
}

/** A model of tfjs, of either format. */
export interface TfjsModel {
  /** The one input; −1 where it takes any size. */
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  /** What the file calls it; '' when it does not say. */
  readonly name: string;
  /**
   * Everything that can be an embedding, in the order in which it is computed.
   *
   * @param size height and width of the input, pixels
   */
  outputs(size: number): readonly TfjsOutput[];
  /**
   * Runs it on one picture.
   *
   * @param image [1, size, size, 3] float32; not disposed
   * @param output which
   * @returns as the network gives it; the caller disposes
   */
  run(image: tf.Tensor4D, output: string): tf.Tensor;
  dispose(): void;
}

/** Its weights are as large again as anything that is computed at once. */
const MAX_OUTPUTS = 2_000;

/**
 * Opens a model on tfjs's current backend.
 *
 * @param files a `model.json` and its weights, whose lengths were compared
 * @returns the model; the caller disposes
 * @throws WeightsError naming the tensor, the operation or the input that is not as expected
 */
export async function openTfjsModel(files: TfjsFiles): Promise<TfjsModel> {
  try {
    return files.format === 'graph-model' ? await openGraph(files) : await openLayers(files);
  } catch (cause) {
    throw asWeightsError(cause);
  }
}

/**
 * What a network's output says as an embedding.
 *
 * @param output [1, d] or [1, h, w, c] float32; disposed
 * @returns [1, dim] float32; the caller disposes
 * @throws WeightsError when it has another shape
 */
export function pooled(output: tf.Tensor): tf.Tensor2D {
  try {
    if (output.rank === 4) return tf.mean<tf.Tensor2D>(output, [1, 2]);
    if (output.rank === 2) return output.clone() as tf.Tensor2D;
    throw new WeightsError(
      `output: expected shape [1, d] or [1, h, w, c], found [${output.shape.join(', ')}]`,
    );
  } finally {
    output.dispose();
  }
}

/** tfjs throws errors of every kind at what it does not understand: its own words name the node. */
function asWeightsError(cause: unknown): WeightsError {
  if (cause instanceof WeightsError) return cause;
  const said = describe(cause);
  const op = /Unknown op '([^']+)'/.exec(said)?.[1] ?? /Kernel '([^']+)' not registered/.exec(said)?.[1];
  return new WeightsError(
    op === undefined
      ? `network: expected one that tfjs can run, found: ${said.slice(0, 400)}`
      : `operation ${op}: expected one that tfjs knows here, found one that it does not`,
    { cause },
  );
}

function only(output: string, run: () => readonly tf.Tensor[]): tf.Tensor {
  try {
    const [tensor] = run();
    if (tensor === undefined) throw new WeightsError(`output ${output}: expected a tensor, found none`);
    return tensor;
  } catch (cause) {
    throw asWeightsError(cause);
  }
}

const artifacts = ({ topology, specs, data }: TfjsFiles): tf.io.IOHandler => ({
  load: () => Promise.resolve({ modelTopology: topology, weightSpecs: [...specs], weightData: data }),
});

function assertImageInput(inputs: readonly { name: string; shape: readonly number[] }[]): TfjsModel['input'] {
  const [only] = inputs;
  if (only === undefined || inputs.length !== 1)
    throw new WeightsError(
      `inputs: expected one, a picture, found ${inputs.length === 0 ? 'none' : inputs.map(({ name }) => name).join(', ')}`,
    );
  const { name, shape } = only;
  const [, height = 0, width = 0, channels] = shape;
  const isSide = (side: number): boolean => side === -1 || (side >= 1 && side <= MAX_INPUT_SIZE);
  if (shape.length !== 4 || channels !== 3 || height !== width || !isSide(height))
    throw new WeightsError(
      `input ${name}: expected shape [1, size, size, 3] with a size up to ${MAX_INPUT_SIZE}, found [${shape.join(', ')}]`,
    );
  return { name, shape };
}

function toOutput(name: string, shape: readonly (number | null)[]): TfjsOutput[] {
  const [batch, ...rest] = shape;
  const sizes = rest.map((size) => size ?? -1);
  const dim = sizes.at(-1) ?? 0;
  const isOne = batch === 1 || batch === null || batch === -1;
  return isOne && (sizes.length === 1 || sizes.length === 3) && dim > 1 ? [{ name, shape: sizes, dim }] : [];
}

interface GraphNode {
  readonly name: string;
  readonly op: string;
}

const isNode = (value: unknown): value is GraphNode =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'op' in value &&
  typeof value.op === 'string';

function nodesOf(topology: object): readonly GraphNode[] {
  const nodes: unknown = 'node' in topology ? topology.node : undefined;
  if (!Array.isArray(nodes) || !nodes.every(isNode))
    throw new WeightsError('model.json: expected a list of nodes with name and op, found none');
  return nodes;
}

/** A constant whose numbers are in no shard would fail only when it is used, without its name. */
function assertConstants(nodes: readonly GraphNode[], { specs }: TfjsFiles): void {
  const known = new Set(specs.map(({ name }) => name));
  const missing = nodes.find(({ name, op }) => op === 'Const' && !known.has(name));
  if (missing !== undefined)
    throw new WeightsError(
      `tensor ${missing.name}: expected it in the weightsManifest, found no such tensor`,
    );
}

async function openGraph(files: TfjsFiles): Promise<TfjsModel> {
  const nodes = nodesOf(files.topology);
  assertConstants(nodes, files);
  const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
  const model: GraphModel = await loadGraphModel(
    // Files of other writers may lack their versions, and tfjs reads them without looking.
    artifacts({ ...files, topology: { versions: {}, ...files.topology } }),
  );
  try {
    const input = assertImageInput(model.inputs.map(({ name, shape = [] }) => ({ name, shape })));
    const run = (image: tf.Tensor, names: string[]): tf.Tensor[] => [model.execute(image, names)].flat();
    return {
      input,
      name: '',
      outputs(size) {
        const wanted = nodes
          .filter(({ op }) => !/^(Const|Placeholder|NoOp|.*Dataset.*)$/.test(op))
          .map(({ name }) => name)
          .slice(-MAX_OUTPUTS);
        const image = tf.zeros([1, size, size, 3]);
        try {
          const tensors = runAll(image, wanted, run, model.outputNodes);
          const found = tensors.flatMap(({ name, tensor }) =>
            tensor.dtype === 'float32' ? toOutput(name, tensor.shape) : [],
          );
          tf.dispose(tensors.map(({ tensor }) => tensor));
          return found;
        } catch (cause) {
          throw asWeightsError(cause);
        } finally {
          image.dispose();
        }
      },
      run: (image, output) => only(output, () => run(image, [output])),
      dispose: () => model.dispose(),
    };
  } catch (thrown) {
    model.dispose();
    throw thrown;
  }
}

/** Everything at once; a graph that does not let its inner nodes be seen shows at least what it calls its outputs. */
function runAll(
  image: tf.Tensor,
  names: readonly string[],
  run: (image: tf.Tensor, names: string[]) => tf.Tensor[],
  outputs: readonly string[],
): { readonly name: string; readonly tensor: tf.Tensor }[] {
  const named = (some: readonly string[]): { name: string; tensor: tf.Tensor }[] =>
    run(image, [...some]).map((tensor, at) => ({ name: some[at] ?? '', tensor }));
  try {
    return named(names);
  } catch (thrown) {
    console.info('Only the outputs of the graph can be seen:', describe(thrown));
    return named(outputs.map((name) => name.replace(/:0$/, '')));
  }
}

async function openLayers(files: TfjsFiles): Promise<TfjsModel> {
  const { loadLayersModel, model: modelOf } = await import('@tensorflow/tfjs-layers');
  const model: LayersModel = await loadLayersModel(artifacts(files));
  try {
    const input = assertImageInput(
      model.inputs.map(({ name, shape }) => ({ name, shape: shape.map((size) => size ?? -1) })),
    );
    const cuts = new Map<string, LayersModel>();
    const cutAt = (output: string): LayersModel => {
      const known = cuts.get(output);
      if (known !== undefined) return known;
      const made = modelOf({ inputs: model.inputs, outputs: model.getLayer(output).output });
      cuts.set(output, made);
      return made;
    };
    return {
      input,
      name: model.name,
      outputs: () =>
        model.layers
          .slice(-MAX_OUTPUTS)
          .filter((layer) => layer.getClassName() !== 'InputLayer')
          .flatMap((layer) =>
            // A layer that is used twice has no one output.
            layer.inboundNodes.length !== 1 || Array.isArray(layer.output)
              ? []
              : toOutput(layer.name, layer.output.shape),
          ),
      run: (image, output) => only(output, () => [cutAt(output).predict(image)].flat()),
      dispose: () => void model.dispose(),
    };
  } catch (thrown) {
    model.dispose();
    throw thrown;
  }
}
