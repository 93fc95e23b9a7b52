import { quantile } from '../../src/kernel/metrics.ts';
import { row, type Row } from './row.ts';
import type { TraceEvent } from './trace.ts';

export const TASK_CATEGORIES = ['disabled-by-default-devtools.timeline', 'devtools.timeline', '__metadata'];
const LEAST_MS = 1;

export interface TaskEvent extends TraceEvent {
  /** Microseconds. */
  readonly dur?: number;
  /** Of them, those that the thread had a processor, microseconds. */
  readonly tdur?: number;
  readonly args?: {
    readonly name?: string;
    readonly data?: { readonly frames?: readonly { processId?: number }[] };
  };
}

/** Durations of the tasks of the traced page's main thread that are over a millisecond, by the clock or on the processor, ms. */
export function mainThreadTasks(events: readonly TaskEvent[], by: 'clock' | 'processor' = 'clock'): number[] {
  const started = events.find(({ name }) => name === 'TracingStartedInBrowser');
  const pid = started?.args?.data?.frames?.[0]?.processId;
  const thread = events.find(
    (event) =>
      event.name === 'thread_name' &&
      event.args?.name === 'CrRendererMain' &&
      (pid === undefined || event.pid === pid),
  );
  if (thread === undefined) throw new Error('the trace names no main thread');
  return events
    .filter(
      ({ name, ph, pid: process, tid }) =>
        name === 'RunTask' && ph === 'X' && process === thread.pid && tid === thread.tid,
    )
    .map(({ dur = 0, tdur = 0 }) => (by === 'clock' ? dur : tdur) / 1000)
    .filter((milliseconds) => milliseconds > LEAST_MS);
}

/** The rows of the table about the main thread. */
export function mainThreadRows(tasksMs: readonly number[]): Row[] {
  const largest = tasksMs.reduce((most, each) => Math.max(most, each), 0);
  const beside = {
    tasks: tasksMs.length,
    'p50 ms': tasksMs.length === 0 ? 0 : quantile(tasksMs, 0.5),
    'in all, s': tasksMs.reduce((sum, each) => sum + each, 0) / 1000,
  };
  return [
    row({
      id: 'main-thread-p99',
      what: 'main-thread tasks over 1 ms while indexing, p99',
      value: tasksMs.length === 0 ? 0 : quantile(tasksMs, 0.99),
      unit: 'ms',
      must: { atMost: 50 },
      beside,
    }),
    row({
      id: 'main-thread-max',
      what: 'the longest of them',
      value: largest,
      unit: 'ms',
      must: { atMost: 100 },
      beside: {},
    }),
  ];
}
