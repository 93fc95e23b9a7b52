import { busy } from '../platform/busy.ts';
import { activateUpdate, followUpdates, type UpdateState } from '../platform/service-worker.ts';

/** A new version of the site and the person's wish to have it. It never reloads a page by itself. */
export class Update {
  #state = $state<UpdateState>('none');
  #isHeld = $state(false);
  #isWanted = false;
  readonly #stop = new AbortController();

  constructor() {
    // What the service worker fetches ahead must not compete with what the page shows first.
    const follow = (): void => void followUpdates((state) => this.#follow(state), this.#stop.signal);
    if (document.readyState === 'complete') follow();
    else window.addEventListener('load', follow, { once: true, signal: this.#stop.signal });
  }

  get isThere(): boolean {
    return this.#state !== 'none';
  }

  /** Whether the person asked for it while work was running. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Switches to the new version and reloads, unless something is running in this tab or in another. */
  async apply(): Promise<void> {
    const state = this.#state;
    this.#isWanted = true;
    const isDone = await busy().whenIdle(() => {
      if (state === 'active') location.reload();
      else void activateUpdate();
    });
    this.#isWanted = isDone;
    this.#isHeld = !isDone;
  }

  close(): void {
    this.#stop.abort();
  }

  #follow(state: UpdateState): void {
    this.#state = state;
    if (state === 'active' && this.#isWanted) location.reload();
  }
}
