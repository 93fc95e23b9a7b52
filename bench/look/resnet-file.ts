import { writeSafetensors } from '../../src/kernel/tensors/safetensors-write.ts';
import type { StoredTensor } from '../../src/kernel/tensors/safetensors.ts';
import { mulberry32, normal } from '../../src/kernel/rng.ts';

/** Of He et al. 2015, Table 1: blocks of each stage of ResNet-50, and the width of the first. */
const BLOCKS = [3, 4, 6, 3] as const;
const WIDTH = 64;
const EXPANSION = 4;

/**
 * ResNet-50 at full size with seeded random weights, as a safetensors file in torchvision's names: how long a pass takes does
 * not depend on what the weights are.
 *
 * @returns the file, 51 MB
 */
export function randomResNet50(): ArrayBuffer {
  const rng = mulberry32(50);
  // Drawing 25 million normal numbers would take longer than the measurement: a few thousand are used again and again.
  const noise = Float32Array.from({ length: 8_191 }, () => normal(rng));
  const tensors = new Map<string, StoredTensor>();
  const conv = (name: string, out: number, inner: number, kernel: number): void => {
    const size = out * inner * kernel * kernel;
    const scale = Math.sqrt(2 / (inner * kernel * kernel));
    const values = Float32Array.from({ length: size }, (_, at) => (noise[at % noise.length] ?? 0) * scale);
    tensors.set(`${name}.weight`, { shape: [out, inner, kernel, kernel], values });
  };
  const norm = (name: string, channels: number): void => {
    const filled = (value: number): StoredTensor => ({
      shape: [channels],
      values: new Float32Array(channels).fill(value),
    });
    tensors.set(`${name}.weight`, filled(1));
    tensors.set(`${name}.bias`, filled(0));
    tensors.set(`${name}.running_mean`, filled(0));
    tensors.set(`${name}.running_var`, filled(1));
  };
  conv('conv1', WIDTH, 3, 7);
  norm('bn1', WIDTH);
  let from = WIDTH;
  for (const [stage, count] of BLOCKS.entries()) {
    const inner = WIDTH * 2 ** stage;
    const out = inner * EXPANSION;
    for (let block = 0; block < count; block += 1) {
      const name = `layer${stage + 1}.${block}`;
      conv(`${name}.conv1`, inner, from, 1);
      norm(`${name}.bn1`, inner);
      conv(`${name}.conv2`, inner, inner, 3);
      norm(`${name}.bn2`, inner);
      conv(`${name}.conv3`, out, inner, 1);
      norm(`${name}.bn3`, out);
      if (block === 0) {
        conv(`${name}.downsample.0`, out, from, 1);
        norm(`${name}.downsample.1`, out);
      }
      from = out;
    }
  }
  return writeSafetensors(tensors, {});
}
