/** What the page asks of the worker that reads networks which people bring. */
import type { TaskOptions } from '../../../platform/rpc.ts';
import type { PreprocessingName } from '../engine/preprocessing.ts';
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
  /** Numbers in its weights. */
  readonly parameters: number;
  /** SHA-256 of `weights`: collections are tied to it. */
  readonly hash: string;
  /** The network as it is kept: float16, batch norms folded in. */
  readonly weights: ArrayBuffer;
}

export interface NetworksApi {
  /**
   * Tells by their content what network some files hold.
   *
   * @param files one weights file, or a `model.json` and its shards
   * @param options `onProgress` tells bytes read
   * @returns the network, or what is wrong: the message names the file, the tensor, expected and found shape
   */
  recognise(files: readonly GivenFile[], options?: TaskOptions): Promise<LookResult<RecognisedNetwork>>;
}
