/** Room for messages: which would go first when there are too many. */

export interface SizedMessage {
  readonly id: string;
  /** ms since 1970. */
  readonly atMs: number;
  /** With its recording. */
  readonly bytes: number;
  /** Starred, or its visit is not over: it stays. */
  readonly stays: boolean;
}

export interface CleanUp {
  /** The oldest first. */
  readonly ids: readonly string[];
  readonly bytes: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Even without them it is more than the limit: the rest stays whatever it takes. */
  readonly isEnough: boolean;
}

/**
 * What has to go so that the rest fits: the oldest, and no more of them than needed.
 *
 * @param messages in any order
 * @param limitBytes what they may take; 0 for as much as there is
 * @returns undefined when they fit as they are, or none of them may go
 */
export function planCleanUp(messages: readonly SizedMessage[], limitBytes: number): CleanUp | undefined {
  let rest = messages.reduce((sum, { bytes }) => sum + bytes, 0);
  if (limitBytes <= 0 || rest <= limitBytes) return undefined;
  const all = rest;
  const going: SizedMessage[] = [];
  for (const message of messages.filter(({ stays }) => !stays).toSorted((a, b) => a.atMs - b.atMs)) {
    if (rest <= limitBytes) break;
    going.push(message);
    rest -= message.bytes;
  }
  const first = going[0];
  const last = going.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return {
    ids: going.map(({ id }) => id),
    bytes: all - rest,
    fromMs: first.atMs,
    toMs: last.atMs,
    isEnough: rest <= limitBytes,
  };
}
