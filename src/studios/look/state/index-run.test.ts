import { describe, expect, it, vi } from 'vitest';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { IndexOutcome, LookError } from '../worker/protocol.ts';
import { IndexRun, type RunParts } from './index-run.ts';

type Outcome = Result<IndexOutcome, LookError>;

/** A pool and a store made of promises that the test settles. */
class Host {
  readonly underWay: { name: string; settle: (outcome: Outcome) => void }[] = [];
  readonly announced: string[] = [];
  readonly settled: string[] = [];
  readonly twins: string[] = [];
  readonly parts: RunParts;

  constructor(depth: number) {
    const signals: string[] = [];
    this.parts = {
      library: {
        announce: (_collection, names) => {
          this.announced.push(...names);
          return Promise.resolve(ok(undefined));
        },
        settle: (_collection, names) => {
          this.settled.push(...names);
          return Promise.resolve(ok(undefined));
        },
        settleRun: () => Promise.resolve(ok(undefined)),
      },
      pool: {
        depth,
        ready: () => Promise.resolve(ok(undefined)),
        run: () =>
          new Promise((settle) => {
            this.underWay.push({ name: signals.shift() ?? '', settle });
          }),
      },
      prepare: ({ name, file }) => {
        signals.push(name);
        return Promise.resolve(ok({ name, file }));
      },
      onOriginal: () => undefined,
      onTwin: (_collection, id, { name }) => this.twins.push(`${name} = ${id}`),
      onChange: () => undefined,
    };
  }

  get names(): string[] {
    return this.underWay.map(({ name }) => name);
  }

  /** Settles one picture and lets the run take the next. */
  async settle(name: string, outcome: Outcome): Promise<void> {
    const at = this.underWay.findIndex((one) => one.name === name);
    const [one] = this.underWay.splice(at, at < 0 ? 0 : 1);
    if (one === undefined) throw new Error(`${name} is not under way`);
    one.settle(outcome);
    await turn();
  }
}

/** Every promise that can settle has done so. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const files = (...names: readonly string[]) => names.map((name) => ({ name, file: new File([name], name) }));
const stored = (id: number): Outcome => ok({ kind: 'stored', id });
const crash = (): Outcome => fail('worker-crashed', 'The worker stopped while it had this picture.');

async function started(depth: number, ...names: readonly string[]): Promise<{ run: IndexRun; host: Host }> {
  const host = new Host(depth);
  const run = new IndexRun(host.parts, 1);
  await run.add(files(...names));
  await turn();
  return { run, host };
}

describe('IndexRun', () => {
  it('announces all, has as many under way as the pool takes, and ends when all are settled', async () => {
    const { run, host } = await started(2, 'a', 'b', 'c');
    expect(host.announced).toEqual(['a', 'b', 'c']);
    expect(host.names).toEqual(['a', 'b']);
    await host.settle('b', stored(1));
    expect(host.names).toEqual(['a', 'c']);
    await host.settle('a', ok({ kind: 'duplicate', id: 9, name: 'old' }));
    await host.settle('c', fail('broken-image', 'c could not be decoded.', { hint: 'Save it as PNG.' }));
    expect(await run.ended).toEqual([]);
    expect(run).toMatchObject({ done: 3, total: 3, stored: 1, error: undefined, isOpen: false });
    expect(run.twins).toEqual([{ name: 'a', of: 'old' }]);
    expect(host.twins).toEqual(['a = 9']);
    expect(run.failures).toEqual([{ name: 'c', reason: 'c could not be decoded.', hint: 'Save it as PNG.' }]);
    await run.settle();
    expect(host.settled.toSorted()).toEqual(['a', 'c']);
  });

  it('knows a picture again that was stored while its worker died', async () => {
    const { run, host } = await started(2, 'a', 'b');
    await host.settle('a', crash());
    await host.settle('b', crash());
    await host.settle('a', ok({ kind: 'duplicate', id: 1, name: 'a' }));
    await host.settle('b', ok({ kind: 'duplicate', id: 1, name: 'a' }));
    expect(await run.ended).toEqual([]);
    expect(run).toMatchObject({ done: 2, stored: 1, twins: [{ name: 'b', of: 'a' }] });
    await run.settle();
    expect(host.settled).toEqual(['b']);
  });

  it('takes more files while it works, and uses the whole pool for them', async () => {
    const { run, host } = await started(3, 'a');
    await run.add(files('b', 'c', 'd'));
    await turn();
    expect(host.names).toEqual(['a', 'b', 'c']);
    expect(run.total).toBe(4);
    for (const name of ['a', 'b', 'c', 'd']) await host.settle(name, stored(1));
    expect(await run.ended).toEqual([]);
    expect(run.done).toBe(4);
  });

  it('hands back what is left when it is stopped', async () => {
    const { run, host } = await started(2, 'a', 'b', 'c', 'd');
    run.stop();
    expect(run.isOpen).toBe(false);
    await host.settle('a', stored(1));
    await host.settle('b', fail('cancelled', 'Stopped.'));
    expect((await run.ended).map(({ name }) => name)).toEqual(['b', 'c', 'd']);
    expect(run).toMatchObject({ done: 1, failures: [] });
  });

  it('ends at an error that the next picture would meet too', async () => {
    const { run, host } = await started(2, 'a', 'b', 'c');
    await host.settle('a', fail('quota', 'The disk is full.'));
    await host.settle('b', stored(1));
    expect((await run.ended).map(({ name }) => name)).toEqual(['a', 'c']);
    expect(run.error).toMatchObject({ code: 'quota' });
    expect(run.failures).toEqual([]);
  });

  it('tries pictures whose worker died again, at the end and one by one, and lists only the guilty', async () => {
    const { run, host } = await started(2, 'guilty', 'innocent', 'c');
    await host.settle('guilty', crash());
    await host.settle('innocent', crash());
    expect(host.names).toEqual(['c']);
    await host.settle('c', stored(1));
    expect(host.names).toEqual(['guilty']);
    await host.settle('guilty', crash());
    expect(host.names).toEqual(['innocent']);
    await host.settle('innocent', stored(2));
    expect(await run.ended).toEqual([]);
    expect(run.failures.map(({ name }) => name)).toEqual(['guilty']);
    expect(run).toMatchObject({ done: 3, stored: 2 });
  });

  it('lists a file that makes the page throw, and goes on', async () => {
    const host = new Host(1);
    const run = new IndexRun(
      {
        ...host.parts,
        prepare: (source) =>
          source.name === 'a' ? Promise.reject(new TypeError('a bug')) : host.parts.prepare(source),
      },
      1,
    );
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    await run.add(files('a', 'b'));
    await turn();
    await host.settle('b', stored(1));
    expect(await run.ended).toEqual([]);
    expect(run.failures.map(({ name, reason }) => [name, reason])).toEqual([
      ['a', 'a could not be handled: TypeError: a bug'],
    ]);
  });
});
