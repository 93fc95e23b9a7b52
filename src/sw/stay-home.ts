/** The part of a worker's scope that can reach the network. */
interface Scope {
  readonly location: { readonly origin: string; readonly href: string };
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
}

/** Other ways out of a service worker. None of them is needed. */
const DOORS = ['WebSocket', 'WebSocketStream', 'EventSource', 'WebTransport', 'importScripts'] as const;

/**
 * Makes a scope refuse every address but its own origin. A host without headers gives this script no policy, and unlike for
 * the other workers nobody can add one, so it binds itself before anything else runs.
 *
 * @param scope the service worker's global scope
 */
export function stayHome(scope: Scope): void {
  const outside = scope.fetch.bind(scope);
  const inside = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const address = input instanceof Request ? input.url : input;
    if (new URL(address, scope.location.href).origin !== scope.location.origin)
      return Promise.reject(new TypeError('Atelier connects to its own origin only'));
    return outside(input, init);
  };
  seal(scope, 'fetch', inside);
  for (const door of DOORS) if (door in scope) seal(scope, door, undefined);
}

function seal(scope: object, name: string, value: unknown): void {
  // The property may sit on a prototype, from where it could be called past the one on the scope.
  for (let holder: object | null = scope; holder !== null; holder = Reflect.getPrototypeOf(holder)) {
    if (holder === scope || Object.hasOwn(holder, name))
      Object.defineProperty(holder, name, { value, writable: false, configurable: false });
  }
}
