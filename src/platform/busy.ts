/**
 * Which long work is running, in this tab and in the others: a new version of the site is not switched on under it.
 * Web Locks end with their tab, so a crashed one blocks nothing.
 */

/** The part of the Lock Manager used here; undefined on insecure origins, where there are no updates to hold back either. */
export interface Locks {
  request<T>(
    name: string,
    options: { readonly mode: 'shared' | 'exclusive'; readonly ifAvailable?: boolean },
    callback: (lock: unknown) => T | Promise<T>,
  ): Promise<T>;
}

export class BusyRegistry {
  readonly #locks: Locks | undefined;
  readonly #name: string;
  #running = 0;

  /**
   * @param locks of the browser
   * @param name of the lock, the same in every tab of one site
   */
  constructor(locks: Locks | undefined, name: string) {
    this.#locks = locks;
    this.#name = name;
  }

  /** Says that work begins. Call what it returns when the work has ended, however it ended; twice does no harm. */
  begin(): () => void {
    let end: (() => void) | undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    void this.#locks?.request(this.#name, { mode: 'shared' }, () => ended);
    this.#running += 1;
    return () => {
      if (end === undefined) return;
      this.#running -= 1;
      end();
      end = undefined;
    };
  }

  /**
   * Does something that nothing may be running under.
   *
   * @param action runs at once, or not at all
   * @returns whether it ran
   */
  async whenIdle(action: () => void): Promise<boolean> {
    if (this.#running > 0) return false;
    if (this.#locks === undefined) {
      action();
      return true;
    }
    return this.#locks.request(this.#name, { mode: 'exclusive', ifAvailable: true }, (lock) => {
      if (lock === null) return false;
      action();
      return true;
    });
  }
}

/** The browser's own type settles its results in a way that no plain interface can say. */
const browserLocks = (locks: LockManager): Locks => ({
  request: async (name, options, callback) => locks.request(name, options, callback),
});

let registry: BusyRegistry | undefined;

/** The registry of this site. Several sites may share an origin, so the folder is part of the lock's name. */
export const busy = (): BusyRegistry =>
  (registry ??= new BusyRegistry(
    'locks' in navigator ? browserLocks(navigator.locks) : undefined,
    `atelier-busy ${new URL('.', document.baseURI).pathname}`,
  ));
