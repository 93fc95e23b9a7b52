import { deferred } from '../../kernel/deferred.ts';
import { elect, type ElectionEnvironment } from './election.ts';

/** At most one tab of an origin writes: the one that holds this. */
export interface WriterLock {
  readonly held: boolean;
  /** Gives the lock up, or stops waiting for it. */
  release(): void;
}

export interface WriterLockOptions {
  /** Called when the lock came, also later, and if ever it is lost (only the election can lose it: a tab was frozen). */
  readonly onChange?: (held: boolean) => void;
  /** How long to wait before reporting that another tab writes: a reload's old page lets go only after a moment. */
  readonly graceMs?: number;
  /** Absent on insecure origins, where an election over a BroadcastChannel takes its place. */
  readonly locks?: Pick<LockManager, 'request'> | undefined;
  readonly election?: ElectionEnvironment;
}

const GRACE_MS = 400;

// The DOM's types promise `navigator.locks` everywhere; browsers leave it out on insecure origins.
const browserLocks = (): LockManager | undefined => navigator.locks;

/**
 * Asks to be the one writer of a store, and stays in the queue if another tab is.
 *
 * @param name the same in every tab
 * @param options what to ask with and whom to tell
 * @returns the lock, once it came or the time of grace passed
 */
export async function requestWriterLock(name: string, options: WriterLockOptions = {}): Promise<WriterLock> {
  const locks = 'locks' in options ? options.locks : browserLocks();
  const first = deferred();
  const onChange = (held: boolean): void => {
    options.onChange?.(held);
    if (held) first.resolve();
  };
  const lock =
    locks === undefined
      ? elect(name, { onChange, environment: options.election })
      : queueForLock(name, locks, onChange);
  const timer = setTimeout(() => first.resolve(), options.graceMs ?? GRACE_MS);
  await first.promise;
  clearTimeout(timer);
  return lock;
}

function queueForLock(
  name: string,
  locks: Pick<LockManager, 'request'>,
  onChange: (held: boolean) => void,
): WriterLock {
  let held = false;
  const waiting = new AbortController();
  const released = deferred();
  locks
    .request(name, { signal: waiting.signal }, async () => {
      held = true;
      onChange(true);
      await released.promise;
      held = false;
    })
    .catch((thrown: unknown) => {
      // Leaving the queue is no failure. Any other refusal leaves this tab read-only, and the console says why.
      if (!waiting.signal.aborted) console.error('The writer lock was refused', thrown);
    });
  return {
    get held() {
      return held;
    },
    release() {
      released.resolve();
      if (!held) waiting.abort();
    },
  };
}
