import type { ByteDevice, ConnectionEvents } from './device-link.ts';

/** Pauses before the tries to connect again, ms; the last one repeats. */
export const PAUSES_MS = [250, 500, 1000, 2000, 4000, 8000, 15_000] as const;

export interface KeeperEvents extends ConnectionEvents {
  /** A try begins. */
  connecting(): void;
  /** It broke off, or could not be opened: the next try is in so many ms, earlier by `wake`. */
  waiting(pauseMs: number, reason: unknown): void;
}

/** Keeps a device connected: whatever breaks, it tries again, first at once and then less and less often. */
export class Keeper {
  readonly #events: KeeperEvents;
  #stop: AbortController | undefined;
  #wake: (() => void) | undefined;
  /** Woken during a try, which may have begun too early. */
  #isWoken = false;

  constructor(events: KeeperEvents) {
    this.#events = events;
  }

  /** Begins, or begins anew with another device. */
  start(device: ByteDevice): void {
    void this.stop();
    const stop = new AbortController();
    this.#stop = stop;
    this.#running = this.#running.then(() => this.#keep(device, stop.signal));
  }
  #running: Promise<void> = Promise.resolve();

  /** Lets go of the device. @returns when it is closed */
  async stop(): Promise<void> {
    this.#stop?.abort();
    this.#stop = undefined;
    await this.#running;
  }

  /** Tries at once: there is a sign that the device is back. */
  wake(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  async #keep(device: ByteDevice, signal: AbortSignal): Promise<void> {
    let failures = 0;
    this.#isWoken = false;
    while (!signal.aborted) {
      this.#events.connecting();
      let reason: unknown;
      try {
        await device.run(
          {
            opened: () => {
              if (!signal.aborted) this.#events.opened();
            },
            bytes: (chunk) => {
              // Only who speaks is connected: a port that opens and is silent must not be asked four times a second.
              failures = 0;
              if (!signal.aborted) this.#events.bytes(chunk);
            },
          },
          signal,
        );
      } catch (thrown) {
        reason = thrown;
      }
      if (signal.aborted) return;
      const pauseMs = PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)] ?? 0;
      failures += 1;
      this.#events.waiting(pauseMs, reason);
      if (!this.#isWoken) await this.#pause(pauseMs, signal);
      // From here on a device that is back may need a moment until it can be opened.
      if (this.#isWoken) failures = 0;
      this.#isWoken = false;
    }
  }

  async #pause(pauseMs: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(end, pauseMs);
      signal.addEventListener('abort', end);
      this.#wake = end;
    });
  }
}
