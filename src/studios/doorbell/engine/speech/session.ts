/** What engines see of a runtime for ONNX networks. */

/** A tensor of the runtime's own. */
export interface Values {
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** An open network. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, Values>>): Promise<Readonly<Record<string, Values>>>;
}

/** Makes tensors. */
export interface Runtime {
  floats(data: Float32Array, dims: readonly number[]): Values;
  integers(data: BigInt64Array, dims: readonly number[]): Values;
  flags(data: Uint8Array, dims: readonly number[]): Values;
}

/**
 * The numbers of an output.
 *
 * @param values of a run
 * @param name of the output
 * @returns its tensor's numbers, float32, row by row, and its shape
 * @throws Error when there is no such output, or it has numbers of another kind
 */
export function floatsOf(
  values: Readonly<Record<string, Values>>,
  name: string,
): { readonly data: Float32Array; readonly dims: readonly number[] } {
  const found = values[name];
  if (found === undefined) throw new Error(`the network gave no ${name}`);
  if (!(found.data instanceof Float32Array)) throw new Error(`${name}: expected float32`);
  return { data: found.data, dims: found.dims };
}
