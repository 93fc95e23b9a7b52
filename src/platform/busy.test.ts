import { describe, expect, it, vi } from 'vitest';
import { BusyRegistry, type Locks } from './busy.ts';

/** Shared and exclusive locks as the browser grants them, without queues: nothing here waits. */
class FakeLocks implements Locks {
  #held: { name: string; mode: string }[] = [];

  async request<T>(
    name: string,
    { mode }: { mode: 'shared' | 'exclusive' },
    callback: (lock: unknown) => T | Promise<T>,
  ): Promise<T> {
    if (mode === 'exclusive' && this.#held.some((lock) => lock.name === name)) return callback(null);
    const lock = { name, mode };
    this.#held.push(lock);
    try {
      return await callback(lock);
    } finally {
      this.#held = this.#held.filter((other) => other !== lock);
    }
  }
}

/** A lock is let go some microtasks after its work has ended. */
const idles = (registry: BusyRegistry): Promise<void> =>
  vi.waitFor(async () => expect(await registry.whenIdle(() => undefined)).toBe(true));

describe('BusyRegistry', () => {
  it('acts while nothing runs', async () => {
    let acted = 0;
    expect(await new BusyRegistry(new FakeLocks(), 'a').whenIdle(() => (acted += 1))).toBe(true);
    expect(await new BusyRegistry(undefined, 'a').whenIdle(() => (acted += 1))).toBe(true);
    expect(acted).toBe(2);
  });

  it.each([true, false])('does not act under work of its own tab (locks: %s)', async (withLocks) => {
    const registry = new BusyRegistry(withLocks ? new FakeLocks() : undefined, 'a');
    const end = registry.begin();
    const endOther = registry.begin();
    end();
    end();
    expect(await registry.whenIdle(() => expect.unreachable())).toBe(false);
    endOther();
    await idles(registry);
  });

  it('does not act under work of another tab, but under that of another site', async () => {
    const locks = new FakeLocks();
    const here = new BusyRegistry(locks, 'site');
    const elsewhere = new BusyRegistry(locks, 'other site').begin();
    const end = new BusyRegistry(locks, 'site').begin();
    expect(await here.whenIdle(() => expect.unreachable())).toBe(false);
    end();
    await idles(here);
    elsewhere();
  });
});
