import { createContext } from 'svelte';
import { parsePlace, writePlace, type Place } from './place.ts';

/** Where the page is, kept in step with the browser's history. */
export class Address {
  #place = $state.raw<Place>(parsePlace(location.hash));
  readonly #stop = new AbortController();

  constructor() {
    const follow = (): void => {
      this.#place = parsePlace(location.hash);
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

  /** Goes to a place. `replace` leaves no entry in the history. */
  go(path: string, query: Readonly<Record<string, string>> = {}, how: { replace?: boolean } = {}): void {
    const address = writePlace(path, query);
    if (address === location.hash) return;
    if (how.replace === true) history.replaceState(history.state, '', address);
    else history.pushState(null, '', address);
    this.#place = parsePlace(address);
  }

  close(): void {
    this.#stop.abort();
  }
}

export const [getAddress, setAddress] = createContext<Address>();
