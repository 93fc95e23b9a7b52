import { createContext } from 'svelte';
import { parsePlace, writePlace, type Place } from './place.ts';

/** How many entries `go` has made up to this one; links and typed addresses begin anew. */
function depthOf(state: unknown): number {
  const { depth } = { depth: 0, ...(typeof state === 'object' ? state : {}) };
  return typeof depth === 'number' ? depth : 0;
}

/** Where the page is, kept in step with the browser's history. */
export class Address {
  #place = $state.raw<Place>(parsePlace(location.hash));
  #depth = $state(depthOf(history.state));
  readonly #stop = new AbortController();

  constructor() {
    const follow = (): void => {
      this.#place = parsePlace(location.hash);
      this.#depth = depthOf(history.state);
    };
    // `popstate` also fires for a hash that a link changed, in every browser since 2015.
    window.addEventListener('popstate', follow, { signal: this.#stop.signal });
    window.addEventListener('hashchange', follow, { signal: this.#stop.signal });
  }

  get path(): string {
    return this.#place.path;
  }

  get query(): URLSearchParams {
    return this.#place.query;
  }

  /** Whether the entry before this one in the browser's history is a place of this site. */
  get canGoBack(): boolean {
    return this.#depth > 0;
  }

  /** Goes to a place. `replace` leaves no entry in the history. */
  go(path: string, query: Readonly<Record<string, string>> = {}, how: { replace?: boolean } = {}): void {
    const address = writePlace(path, query);
    if (address === location.hash) return;
    if (how.replace === true) history.replaceState(history.state, '', address);
    else {
      this.#depth += 1;
      history.pushState({ depth: this.#depth }, '', address);
    }
    this.#place = parsePlace(address);
  }

  close(): void {
    this.#stop.abort();
  }
}

export const [getAddress, setAddress] = createContext<Address>();
