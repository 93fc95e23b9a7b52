import { describe } from '../kernel/result.ts';
import { WorkerClosedError } from '../platform/rpc.ts';

/** What went wrong unexpectedly, for a person to read and to copy. */
export interface Crash {
  readonly details: string;
}

/** The report of something that was thrown, with what helps to find its cause and nothing about the person's data. */
export function crashOf(thrown: unknown): Crash {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  const details = [
    `Atelier ${__ATELIER_VERSION__}`,
    `Page: ${location.hash || '#/'}`,
    `Browser: ${navigator.userAgent}`,
    `Error: ${describe(thrown)}`,
    stack,
  ];
  return { details: details.filter((line) => line !== '').join('\n') };
}

/** Catches what no page caught: errors in event handlers, timers and promises. */
export class CrashWatch {
  #crash = $state.raw<Crash>();
  readonly #stop = new AbortController();

  constructor() {
    const { signal } = this.#stop;
    window.addEventListener('error', (event) => this.#note(event.error ?? event.message), { signal });
    window.addEventListener('unhandledrejection', (event) => this.#note(event.reason), { signal });
  }

  get crash(): Crash | undefined {
    return this.#crash;
  }

  dismiss(): void {
    this.#crash = undefined;
  }

  close(): void {
    this.#stop.abort();
  }

  #note(thrown: unknown): void {
    // Cancelling is not an error, nor is leaving a page whose workers were still busy; and the observer's loop limit is a notice of the browser without consequence.
    if (thrown instanceof WorkerClosedError) return;
    if (thrown instanceof DOMException && thrown.name === 'AbortError') return;
    if (typeof thrown === 'string' && thrown.startsWith('ResizeObserver loop')) return;
    this.#crash ??= crashOf(thrown);
  }
}
