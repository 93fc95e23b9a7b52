/** Where the workers' time goes: V8's sampling profiler, by thread and function, read out of a trace. */
import type { TraceEvent } from './trace.ts';

interface ProfileNode {
  readonly id: number;
  readonly parent?: number;
  readonly callFrame: { readonly functionName: string; readonly url?: string };
}

export interface ProfileEvent extends TraceEvent {
  readonly id?: string;
  readonly args?: {
    readonly name?: string;
    readonly data?: {
      readonly cpuProfile?: { readonly nodes?: readonly ProfileNode[]; readonly samples?: readonly number[] };
      readonly timeDeltas?: readonly number[];
    };
  };
}

export const PROFILE_CATEGORIES = ['disabled-by-default-v8.cpu_profiler', '__metadata'];

export interface FunctionTime {
  readonly thread: string;
  readonly name: string;
  readonly milliseconds: number;
}

interface Thread {
  name: string;
  readonly frames: Map<number, string>;
  readonly self: Map<string, number>;
}

const IDLE = /^\((idle|root|program)\)$/;

/** One wasm module has thousands of nameless functions: its address says enough. */
const nameOf = ({ functionName, url = '' }: ProfileNode['callFrame']): string => {
  if (url.startsWith('wasm:') || functionName.startsWith('wasm-')) return 'WebAssembly';
  return functionName === '' ? '(nameless)' : functionName;
};

/**
 * Self time of every function in every thread that was sampled.
 *
 * @param events of a trace with `PROFILE_CATEGORIES`
 * @returns the most first; what took less than a hundredth of its thread's time is left out
 */
export function functionTimes(events: readonly ProfileEvent[]): FunctionTime[] {
  const threads = new Map<string, Thread>();
  const threadOf = (key: string): Thread => {
    const known = threads.get(key);
    if (known !== undefined) return known;
    const fresh: Thread = { name: key, frames: new Map(), self: new Map() };
    threads.set(key, fresh);
    return fresh;
  };
  // Chunks carry the thread that wrote them; the profile's id leads to the thread that they are about.
  const owner = new Map<string, string>();
  for (const { name, pid, tid, id } of events)
    if (name === 'Profile') owner.set(`${pid} ${id ?? ''}`, `${pid} ${tid}`);
  for (const { name, pid, tid, args } of events) {
    if (name === 'thread_name' && args?.name !== undefined) threadOf(`${pid} ${tid}`).name = args.name;
  }
  for (const { name, pid, id, args } of events) {
    if (name !== 'ProfileChunk') continue;
    const thread = threadOf(owner.get(`${pid} ${id ?? ''}`) ?? '');
    for (const node of args?.data?.cpuProfile?.nodes ?? [])
      thread.frames.set(node.id, nameOf(node.callFrame));
    const deltas = args?.data?.timeDeltas ?? [];
    for (const [at, sample] of (args?.data?.cpuProfile?.samples ?? []).entries()) {
      const frame = thread.frames.get(sample) ?? '(unknown)';
      thread.self.set(frame, (thread.self.get(frame) ?? 0) + (deltas[at] ?? 0) / 1000);
    }
  }
  return [...threads.entries()]
    .flatMap(([key, { name, self }]) => {
      const busy = [...self].filter(([frame]) => !IDLE.test(frame));
      const all = busy.reduce((sum, [, milliseconds]) => sum + milliseconds, 0);
      return busy
        .filter(([, milliseconds]) => milliseconds >= all / 100)
        .map(([frame, milliseconds]) => ({
          thread: `${name} ${key.split(' ')[1] ?? ''}`,
          name: frame,
          milliseconds,
        }));
    })
    .toSorted((a, b) => b.milliseconds - a.milliseconds);
}
