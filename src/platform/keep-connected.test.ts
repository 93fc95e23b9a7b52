import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ByteDevice, ConnectionEvents } from './device-link.ts';
import { Keeper, PAUSES_MS } from './keep-connected.ts';

/** A device that opens when it is there, and ends when it is pulled out. */
class FakeDevice implements ByteDevice {
  readonly label = 'fake';
  isThere = true;
  tries = 0;
  open = 0;
  #events: ConnectionEvents | undefined;
  #break: (() => void) | undefined;

  async run(events: ConnectionEvents, signal: AbortSignal): Promise<void> {
    this.tries += 1;
    if (!this.isThere) throw new Error('not there');
    this.open += 1;
    this.#events = events;
    events.opened();
    await new Promise<void>((resolve) => {
      this.#break = resolve;
      signal.addEventListener('abort', () => resolve());
    });
    this.open -= 1;
  }

  say(): void {
    this.#events?.bytes(new Uint8Array([1]));
  }
  pull(): void {
    this.isThere = false;
    this.#break?.();
  }
}

describe('Keeper', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const started = async (): Promise<{
    keeper: Keeper;
    device: FakeDevice;
    pauses: number[];
    log: string[];
  }> => {
    const pauses: number[] = [];
    const log: string[] = [];
    const keeper = new Keeper({
      connecting: () => log.push('connecting'),
      opened: () => log.push('opened'),
      bytes: () => log.push('bytes'),
      waiting: (pauseMs) => pauses.push(pauseMs),
    });
    const device = new FakeDevice();
    keeper.start(device);
    await vi.advanceTimersByTimeAsync(0);
    return { keeper, device, pauses, log };
  };

  it('tries less and less often while the device is gone', async () => {
    const { device, pauses } = await started();
    device.say();
    device.pull();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(pauses.slice(0, 8)).toEqual([...PAUSES_MS, PAUSES_MS.at(-1)]);
    expect(device.tries).toBeLessThan(20);
  });

  it('tries at once when it is woken, and begins with short pauses after good bytes', async () => {
    const { keeper, device, pauses, log } = await started();
    device.pull();
    await vi.advanceTimersByTimeAsync(60_000);
    device.isThere = true;
    keeper.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(device.open).toBe(1);
    device.say();
    device.pull();
    await vi.advanceTimersByTimeAsync(0);
    expect(pauses.at(-1)).toBe(PAUSES_MS[0]);
    expect(log).toContain('bytes');
  });

  it('woken during a try that fails, it tries again at once, and soon after that', async () => {
    const { keeper, device, pauses } = await started();
    device.pull();
    await vi.advanceTimersByTimeAsync(60_000);
    // The sign comes while the device is asked, and the answer is of before.
    const run = device.run.bind(device);
    let answer: () => void = () => undefined;
    device.run = async () => {
      device.tries += 1;
      await new Promise<void>((resolve) => (answer = resolve));
      throw new Error('not there yet');
    };
    await vi.advanceTimersByTimeAsync(15_000);
    keeper.wake();
    device.run = run;
    const { tries } = device;
    answer();
    await vi.advanceTimersByTimeAsync(0);
    expect(device.tries).toBe(tries + 1);
    expect(pauses.at(-1)).toBe(PAUSES_MS[0]);
  });

  it('does not ask a device four times a second that opens and breaks off', async () => {
    const { device } = await started();
    for (let second = 0; second < 60; second += 1) {
      device.pull();
      device.isThere = true;
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(device.tries).toBeLessThan(15);
  });

  it('lets go when it is stopped, while connected and while waiting', async () => {
    const { keeper, device, log } = await started();
    await keeper.stop();
    expect(device.open).toBe(0);
    keeper.start(device);
    await vi.advanceTimersByTimeAsync(0);
    device.pull();
    await vi.advanceTimersByTimeAsync(0);
    await keeper.stop();
    const { tries } = device;
    const before = log.length;
    keeper.wake();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(device.tries).toBe(tries);
    expect(log).toHaveLength(before);
  });

  it('never has two connections, though it is started again and again', async () => {
    const { keeper, device } = await started();
    const other = new FakeDevice();
    for (let round = 0; round < 5; round += 1) {
      keeper.start(device);
      keeper.start(other);
    }
    await vi.advanceTimersByTimeAsync(100);
    expect(device.open).toBe(0);
    expect(other.open).toBe(1);
    expect(other.tries).toBe(1);
  });
});
