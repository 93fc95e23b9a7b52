import type { DecoderShape } from './config.ts';
import { floatsOf, type Runtime, type Session, type Values } from './session.ts';

/** Inputs beside the cache. */
const BRANCH = 'use_cache_branch';
const IDS = 'input_ids';
const STATES = 'encoder_hidden_states';
const MASK = 'encoder_attention_mask';

/**
 * Names of a merged decoder's cache inputs.
 *
 * @param layers of the decoder
 * @returns names, each `past_key_values.<layer>.<decoder|encoder>.<key|value>`
 */
export const pastNames = (layers: number): readonly string[] =>
  Array.from({ length: layers }, (_, layer) =>
    ['decoder', 'encoder'].flatMap((part) =>
      ['key', 'value'].map((what) => `past_key_values.${layer}.${part}.${what}`),
    ),
  ).flat();

const presentOf = (past: string): string => past.replace('past_key_values', 'present');

/** Logits of one step. */
export interface Logits {
  /** [rows, vocabulary] float32, a row for each token that was given. */
  readonly data: Float32Array;
  readonly rows: number;
  readonly vocabulary: number;
}

/**
 * A merged decoder with its cache, for one piece of a recording: keys and values of what was decoded grow with each step,
 * those of what was heard are made in the first and stay.
 *
 * @see https://huggingface.co/docs/optimum/onnxruntime/usage_guides/models, decoders with past key values, merged
 */
export class CachedDecoder {
  readonly #session: Session;
  readonly #runtime: Runtime;
  readonly #states: Values;
  readonly #mask: Values | undefined;
  readonly #past: Record<string, Values> = {};
  #steps = 0;

  /**
   * Begins with nothing decoded.
   *
   * @param session the decoder
   * @param runtime makes tensors
   * @param states [1, T, width] of the encoder
   * @param shape of its attention
   * @param heard samples or frames that the encoder was given, for decoders that take a mask
   */
  constructor(session: Session, runtime: Runtime, states: Values, shape: DecoderShape, heard: number) {
    this.#session = session;
    this.#runtime = runtime;
    this.#states = states;
    for (const name of pastNames(shape.layers))
      this.#past[name] = runtime.floats(new Float32Array(0), [1, shape.heads, 0, shape.headDim]);
    if (session.inputNames.includes(MASK))
      this.#mask = runtime.integers(new BigInt64Array(heard).fill(1n), [1, heard]);
  }

  /**
   * Decodes some tokens more.
   *
   * @param ids that follow what was given before
   * @returns logits behind each of them
   * @throws Error when the network cannot be run, or is no merged decoder
   */
  async step(ids: readonly number[]): Promise<Logits> {
    const { inputNames } = this.#session;
    const isFirst = this.#steps === 0;
    const outputs = await this.#session.run({
      [IDS]: this.#runtime.integers(BigInt64Array.from(ids, BigInt), [1, ids.length]),
      [STATES]: this.#states,
      ...this.#past,
      ...(this.#mask === undefined ? {} : { [MASK]: this.#mask }),
      ...(inputNames.includes(BRANCH)
        ? { [BRANCH]: this.#runtime.flags(Uint8Array.of(isFirst ? 0 : 1), [1]) }
        : {}),
    });
    this.#steps += 1;
    for (const name of Object.keys(this.#past)) {
      // Later steps answer something empty in place of what the encoder's keys and values are.
      if (!isFirst && name.includes('.encoder.')) continue;
      const present = outputs[presentOf(name)];
      if (present === undefined) throw new Error(`the decoder gave no ${presentOf(name)}`);
      this.#past[name] = present;
    }
    const { data, dims } = floatsOf(outputs, 'logits');
    const [, rows = 0, vocabulary = 0] = dims;
    return { data, rows, vocabulary };
  }
}
