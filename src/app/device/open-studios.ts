import { describe, fail, type Result } from '../../kernel/result.ts';
import type { StudioData, StudioDoor } from '../../platform/studio.ts';

/** The stores of the studios, each opened when it is first asked for. */
export class OpenStudios {
  readonly doors: readonly StudioDoor[];
  readonly #open = new Map<string, Promise<StudioData>>();
  #isClosed = false;

  /** @param doors those without a store are left out */
  constructor(doors: readonly StudioDoor[]) {
    this.doors = doors.filter(({ data }) => data !== undefined);
  }

  /** A call to a studio's store; what it throws is a failure like others. */
  async use<T>(id: string, call: (data: StudioData) => Promise<Result<T>>): Promise<Result<T>> {
    try {
      return await call(await this.#data(id));
    } catch (cause) {
      this.#open.delete(id);
      return fail('store', `The store of “${id}” cannot be used: ${describe(cause)}.`, {
        hint: 'Reload the page and try again.',
        cause,
      });
    }
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Lets go of every store; none is opened any more, or nobody would let go of that one. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const data of await Promise.allSettled(open)) if (data.status === 'fulfilled') data.value.close();
  }

  #data(id: string): Promise<StudioData> {
    if (this.#isClosed) return Promise.reject(new Error('its page was left'));
    const known = this.#open.get(id);
    if (known !== undefined) return known;
    const load = this.doors.find((door) => door.id === id)?.data;
    if (load === undefined) return Promise.reject(new Error('this version of Atelier has no such studio'));
    const fresh = load();
    this.#open.set(id, fresh);
    return fresh;
  }
}
