import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import depthwiseUrl from '../assembly/depthwise.ts?assembly&memory=imported';

const KERNEL = 'FusedDepthwiseConv2D';
const BACKEND = 'wasm';
/** The assembly's BLOCK, float32 each. */
const ZEROS = 128;
const TILE = 4;
const LANES = 4;

type Address = number;

/** What `assembly/depthwise.ts` exports. */
interface Exports {
  depthwise(
    x: Address,
    height: number,
    width: number,
    channels: number,
    w: Address,
    size: number,
    stride: number,
    bias: Address,
    zeros: Address,
    padTop: number,
    padLeft: number,
    out: Address,
    outHeight: number,
    outWidth: number,
    low: number,
    high: number,
  ): void;
}

/** Of the attributes, those that decide whether it is a case of ours. */
interface Attributes {
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly dilations?: number | [number, number];
  readonly dataFormat: string;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly activation?: string;
}

interface Inputs {
  readonly x: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
  readonly bias?: tf.TensorInfo;
}

const LIMITS: Readonly<Record<string, readonly [low: number, high: number]>> = {
  linear: [-Infinity, Infinity],
  relu: [0, Infinity],
  relu6: [0, 6],
};

let isInstalled = false;

/** The memory that tfjs's wasm backend works in; none where its build hides it. */
function memoryOf(backend: BackendWasm): WebAssembly.Memory | undefined {
  const { asm } = backend.wasm as unknown as { readonly asm?: { readonly memory?: unknown } };
  return asm?.memory instanceof WebAssembly.Memory ? asm.memory : undefined;
}

/**
 * Replaces tfjs's depthwise convolution on the wasm backend by `assembly/depthwise.ts`, which works in the backend's own
 * memory: filters of 3 × 3 and 5 × 5 at strides 1 and 2; every other case goes to tfjs as before. The wasm backend must be
 * the current one.
 *
 * @returns false when it stays with tfjs: no SIMD, or a build of tfjs that does not show its memory
 * @throws TypeError when the file cannot be fetched
 */
export async function loadFastDepthwise(): Promise<boolean> {
  if (isInstalled) return true;
  const response = await fetch(depthwiseUrl);
  if (!response.ok) throw new TypeError(`${response.status} ${response.statusText}`);
  const code = await response.arrayBuffer();
  const backend = tf.backend() as BackendWasm;
  const memory = memoryOf(backend);
  const before = tf.getKernel(KERNEL, BACKEND);
  if (memory === undefined || before === undefined || !WebAssembly.validate(code)) return false;
  const { instance } = await WebAssembly.instantiate(code, { env: { memory } });
  const wasm = instance.exports as unknown as Exports;
  const zeros = tf.keep(tf.zeros([ZEROS]));
  const address = ({ dataId }: tf.TensorInfo): Address => backend.dataIdMap.get(dataId).memoryOffset;

  function run({ x, filter, bias }: Inputs, attributes: Attributes): tf.TensorInfo | undefined {
    const limits = LIMITS[attributes.activation ?? 'linear'];
    if (bias === undefined || limits === undefined || attributes.dataFormat !== 'NHWC') return undefined;
    const { strides, pad, dilations = 1, dimRoundingMode } = attributes;
    const shapes = [x.shape, filter.shape] as [
      [number, number, number, number],
      [number, number, number, number],
    ];
    const info = tf.backend_util.computeConv2DInfo(...shapes, strides, dilations, pad, dimRoundingMode, true);
    const { filterHeight: size, strideHeight: stride, inChannels, outWidth, outHeight } = info;
    const isOurs =
      (size === 3 || size === 5) &&
      info.filterWidth === size &&
      (stride === 1 || stride === 2) &&
      info.strideWidth === stride &&
      info.dilationHeight === 1 &&
      info.dilationWidth === 1 &&
      info.outChannels === inChannels &&
      inChannels % LANES === 0 &&
      outWidth >= TILE;
    if (!isOurs) return undefined;
    const out = backend.makeOutput(info.outShape, 'float32');
    const from = address(x);
    const to = address(out);
    for (let picture = 0; picture < info.batchSize; picture += 1) {
      wasm.depthwise(
        from + picture * info.inHeight * info.inWidth * inChannels * Float32Array.BYTES_PER_ELEMENT,
        info.inHeight,
        info.inWidth,
        inChannels,
        address(filter),
        size,
        stride,
        address(bias),
        address(zeros),
        info.padInfo.top,
        info.padInfo.left,
        to + picture * outHeight * outWidth * inChannels * Float32Array.BYTES_PER_ELEMENT,
        outHeight,
        outWidth,
        ...limits,
      );
    }
    return out;
  }

  tf.unregisterKernel(KERNEL, BACKEND);
  tf.registerKernel({
    ...before,
    kernelFunc: (params) =>
      run(params.inputs as unknown as Inputs, params.attrs as unknown as Attributes) ??
      before.kernelFunc(params),
  });
  isInstalled = true;
  return true;
}
