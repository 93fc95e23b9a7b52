/** A number for each of red, green and blue. */
export type Colour = readonly [red: number, green: number, blue: number];

/** What is done to the pixels before the network sees them. */
export interface Preprocessing {
  /** The order in which the network takes the channels. */
  readonly order: 'rgb' | 'bgr';
  /** Taken from each channel, on the scale 0–255. */
  readonly mean: Colour;
  /** Each channel is divided by it afterwards, on the scale 0–255. */
  readonly std: Colour;
  /** The centre square of the picture is floor(short side · inside / of). */
  readonly crop: { readonly inside: number; readonly of: number };
}

/** Resize to 256, cut out 224: how ResNet's authors, Caffe and torchvision look at a picture. */
const CENTRE_OF_256 = { inside: 224, of: 256 } as const;

const grey = (value: number): Colour => [value, value, value];

/** The preprocessings that a person can choose from, by the name that a kept network carries. */
export const PREPROCESSINGS = {
  /** `keras.applications.imagenet_utils.preprocess_input`, mode `caffe`. */
  keras: { order: 'bgr', mean: [123.68, 116.779, 103.939], std: grey(1), crop: CENTRE_OF_256 },
  /** `torchvision.transforms.Normalize` with ImageNet's mean and deviation, which torchvision gives on the scale 0–1. */
  torchvision: {
    order: 'rgb',
    mean: [0.485 * 255, 0.456 * 255, 0.406 * 255],
    std: [0.229 * 255, 0.224 * 255, 0.225 * 255],
    crop: CENTRE_OF_256,
  },
  /** Pixels in [0, 1]. */
  'zero-to-one': { order: 'rgb', mean: grey(0), std: grey(255), crop: CENTRE_OF_256 },
  /** Pixels in [−1, 1]: mode `tf` of Keras, MobileNet and Inception. */
  'minus-one-to-one': { order: 'rgb', mean: grey(127.5), std: grey(127.5), crop: CENTRE_OF_256 },
  /** Pixels as they are, 0–255: networks that normalise by themselves. */
  'as-it-is': { order: 'rgb', mean: grey(0), std: grey(1), crop: CENTRE_OF_256 },
} as const satisfies Readonly<Record<string, Preprocessing>>;

export type PreprocessingName = keyof typeof PREPROCESSINGS;

/**
 * A preprocessing with the channels in an order of one's own.
 *
 * @param name whose mean and deviation
 * @param order of the channels; each keeps its own mean and deviation
 * @returns what is done to the pixels
 */
export const preprocessingOf = (name: PreprocessingName, order: Preprocessing['order']): Preprocessing => ({
  ...PREPROCESSINGS[name],
  order,
});

/**
 * Whether something names a preprocessing.
 *
 * @param text from a kept file
 * @returns true for a key of `PREPROCESSINGS`
 */
export const isPreprocessingName = (text: unknown): text is PreprocessingName =>
  typeof text === 'string' && Object.hasOwn(PREPROCESSINGS, text);

/**
 * 8-bit pixels → what a network takes.
 *
 * @param square [N, 3] uint8, RGB
 * @param preprocessing order of the channels, mean and deviation
 * @returns [N, 3] float32, in the network's order of channels
 */
export function normalise(square: Uint8Array, preprocessing: Preprocessing): Float32Array<ArrayBuffer> {
  const { order, mean, std } = preprocessing;
  const input = new Float32Array(square.length);
  for (let channel = 0; channel < 3; channel += 1) {
    const to = order === 'rgb' ? channel : 2 - channel;
    const middle = mean[channel]!;
    const scale = std[channel]!;
    for (let at = 0; at < square.length; at += 3)
      input[at + to] = ((square[at + channel] ?? 0) - middle) / scale;
  }
  return input;
}
