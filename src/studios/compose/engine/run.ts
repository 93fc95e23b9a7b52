import type { CancelSignal } from '../../../kernel/cancel.ts';
import type { Edit, StopReason } from './sampler.ts';

/** The network, as the sampler sees it: cells [128, P] uint8 → logits [128, P] float32. */
export type Logits = (cells: Uint8Array<ArrayBuffer>) => Promise<Float32Array> | Float32Array;

/** A `Sampler` or a `Piece`. */
export interface Run<E extends Edit> {
  readonly stop: StopReason | undefined;
  passInput(): Uint8Array<ArrayBuffer>;
  takePass(logits: Float32Array): readonly E[];
}

/**
 * Runs a sampler or a piece to its end.
 *
 * @param run its roll and edits are the result
 * @param logitsOf the network
 * @param options `signal` is looked at before each pass; `onEdits` gets the new edits after each pass
 * @returns why it ended; `cancelled` keeps what was done
 */
export async function runToEnd<E extends Edit>(
  run: Run<E>,
  logitsOf: Logits,
  options: {
    readonly signal?: CancelSignal | undefined;
    readonly onEdits?: ((edits: readonly E[]) => void) | undefined;
  } = {},
): Promise<StopReason | 'cancelled'> {
  while (run.stop === undefined) {
    if (options.signal?.aborted === true) return 'cancelled';
    const edits = run.takePass(await logitsOf(run.passInput()));
    if (edits.length > 0) options.onEdits?.(edits);
  }
  return run.stop;
}
