/** What the page asks of the worker that reads networks which people bring. */
import type { TaskOptions } from '../../../platform/rpc.ts';
import type { TfjsDescription, TfjsFormat } from '../engine/kept-network.ts';
import type { Preprocessing, PreprocessingName } from '../engine/preprocessing.ts';
import type { LookResult } from './protocol.ts';

/** A file that a person gave. */
export interface GivenFile {
  readonly name: string;
  readonly file: Blob;
}

/** A network that was recognised, ready to be kept. */
export interface RecognisedNetwork {
  /** For people, e.g. `ResNet-50`. */
  readonly title: string;
  /** Whose names and layout the weights have, for people. */
  readonly origin: string;
  readonly dim: number;
  /** Height and width of its input, pixels. */
  readonly inputSize: number;
  readonly preprocessing: PreprocessingName;
  /** Order of the channels, where a person chose it. */
  readonly order?: Preprocessing['order'];
  /** The output that is the embedding, where a person chose it. */
  readonly output?: string;
  /** Numbers in its weights. */
  readonly parameters: number;
  /** SHA-256 of `weights`: collections are tied to it. */
  readonly hash: string;
  /** The network as it is kept: float16, batch norms folded in. */
  readonly weights: ArrayBuffer;
}

/** What a person chooses about a model of tfjs. */
export type TfjsChoice = Pick<TfjsDescription, 'output' | 'inputSize' | 'preprocessing' | 'order'>;

/** A model of tfjs that is none of the networks that are known: a person says what its embedding is. */
export interface ChoosableNetwork {
  readonly kind: 'tfjs';
  /** For people. */
  readonly title: string;
  readonly format: TfjsFormat;
  /** Its one input [batch, height, width, 3]; −1 where it takes any size. */
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  readonly isSizeFixed: boolean;
  /** What can be the embedding, in the order in which it is computed; shapes without the batch. */
  readonly outputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly dim: number;
  }[];
  readonly suggested: TfjsChoice;
}

export interface NetworksApi {
  /**
   * Tells by their content what network some files hold.
   *
   * @param files one weights file, or a `model.json` and its shards
   * @param choice what was chosen about a `ChoosableNetwork`; undefined at first
   * @param options `onProgress` tells bytes read
   * @returns the network, what there is to choose, or what is wrong: the message names the file, the tensor, expected and
   *   found shape
   */
  recognise(
    files: readonly GivenFile[],
    choice: TfjsChoice | undefined,
    options?: TaskOptions,
  ): Promise<LookResult<RecognisedNetwork | ChoosableNetwork>>;
}
