import type { SwMessage } from './sw-messages.ts';

/** Why there is no service worker: nothing is kept for offline use, and workers need the host's headers. */
export type SwAbsence = 'development' | 'unsupported' | 'insecure' | 'refused';

export type SwState =
  | { readonly kind: 'registered'; readonly registration: ServiceWorkerRegistration }
  | { readonly kind: 'absent'; readonly why: SwAbsence; readonly cause?: unknown };

async function register(): Promise<SwState> {
  if (import.meta.env.DEV) return { kind: 'absent', why: 'development' };
  if (!window.isSecureContext) return { kind: 'absent', why: 'insecure' };
  if (!('serviceWorker' in navigator)) return { kind: 'absent', why: 'unsupported' };
  try {
    const registration = await navigator.serviceWorker.register(new URL('sw.js', document.baseURI), {
      // The browser's own copy of the script may be a day old; a new deployment should be found at once.
      updateViaCache: 'none',
    });
    return { kind: 'registered', registration };
  } catch (cause) {
    // Site data blocked, or the host does not serve sw.js: the site works, without its offline part.
    return { kind: 'absent', why: 'refused', cause };
  }
}

let state: Promise<SwState> | undefined;

/** Registers the service worker, once a page. */
export const serviceWorker = (): Promise<SwState> => (state ??= register());

/** Asks something of a service worker. */
export const tell = (worker: ServiceWorker, message: SwMessage): void => worker.postMessage(message);

/**
 * Waits until the service worker answers this page's requests.
 *
 * @param limitMs how long to wait, milliseconds
 * @returns whether it does
 */
export async function controlled(limitMs: number): Promise<boolean> {
  const sw = await serviceWorker();
  if (sw.kind === 'absent') return false;
  const { serviceWorker: container } = navigator;
  if (container.controller !== null) return true;
  const taken = new Promise<true>((resolve) => {
    container.addEventListener('controllerchange', () => resolve(true), { once: true });
  });
  // After a reload that went past the service worker nothing claims the page by itself.
  void container.ready.then(({ active }) => {
    if (active !== null && container.controller === null) tell(active, { type: 'claim' });
  });
  const tooLate = new Promise<false>((resolve) => setTimeout(() => resolve(false), limitMs));
  return Promise.race([taken, tooLate]);
}

/** A new version of the site: `waiting` beside the present one, or `active` already because another tab switched it on. */
export type UpdateState = 'none' | 'waiting' | 'active';

/**
 * Follows new deployments.
 *
 * @param onchange told when one waits, or has taken over
 * @param signal ends it
 */
export async function followUpdates(
  onchange: (state: UpdateState) => void,
  signal: AbortSignal,
): Promise<void> {
  const sw = await serviceWorker();
  if (sw.kind === 'absent') return;
  const { registration } = sw;
  const { serviceWorker: container } = navigator;
  const look = (): void => {
    // Without a controller this is the first visit: the version that installs is the one in use.
    if (registration.waiting !== null && container.controller !== null) onchange('waiting');
  };
  const follow = (worker: ServiceWorker | null): void =>
    worker?.addEventListener('statechange', look, { signal });
  let controller = container.controller;
  container.addEventListener(
    'controllerchange',
    () => {
      if (controller !== null) onchange('active');
      controller = container.controller;
    },
    { signal },
  );
  registration.addEventListener('updatefound', () => follow(registration.installing), { signal });
  follow(registration.installing);
  look();
  // A tab may stay open for days: coming back to it is the moment to ask.
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'visible') void askForUpdate(registration);
    },
    { signal },
  );
}

async function askForUpdate(registration: ServiceWorkerRegistration): Promise<void> {
  try {
    await registration.update();
  } catch (cause) {
    // Offline, or the host is gone: the present version goes on.
    if (!(cause instanceof TypeError)) throw cause;
  }
}

/** Lets the version that waits take over: `followUpdates` then says `active`. */
export async function activateUpdate(): Promise<void> {
  const sw = await serviceWorker();
  if (sw.kind === 'registered' && sw.registration.waiting !== null)
    tell(sw.registration.waiting, { type: 'activate' });
}
