import { describe, expect, it } from 'vitest';
import { mainThreadRows, mainThreadTasks } from './main-thread.ts';

const task = (pid: number, tid: number, milliseconds: number) => ({
  name: 'RunTask',
  ph: 'X',
  pid,
  tid,
  dur: milliseconds * 1000,
});
const thread = (pid: number, tid: number, name: string) => ({
  name: 'thread_name',
  ph: 'M',
  pid,
  tid,
  args: { name },
});

describe('mainThreadTasks', () => {
  const events = [
    {
      name: 'TracingStartedInBrowser',
      ph: 'I',
      pid: 1,
      tid: 1,
      args: { data: { frames: [{ processId: 20 }] } },
    },
    thread(10, 1, 'CrRendererMain'),
    thread(20, 1, 'CrRendererMain'),
    thread(20, 2, 'DedicatedWorker thread'),
    task(10, 1, 80),
    task(20, 1, 12),
    task(20, 1, 0.4),
    task(20, 2, 300),
  ];

  it('takes the main thread of the traced page only, and tasks over a millisecond', () => {
    expect(mainThreadTasks(events)).toEqual([12]);
  });

  it('says when the trace is of no use', () => {
    expect(() => mainThreadTasks([task(20, 1, 12)])).toThrow('no main thread');
  });
});

describe('mainThreadRows', () => {
  it('fails for one long task', () => {
    const [p99, longest] = mainThreadRows([...Array<number>(999).fill(2), 120]);
    expect(p99?.pass).toBe(true);
    expect(longest).toMatchObject({ value: 120, pass: false });
  });
});
