/// <reference lib="webworker" />
/**
 * Keeps the site for offline use, and gives worker scripts their policy on hosts that send no headers. It serves only what
 * the build listed; models and samples pass through to the network, the model store keeps those.
 */
import { matchPrecache, precache, type PrecacheEntry } from 'workbox-precaching';
import { headersFor } from '../platform/policy.ts';
import { isSwMessage } from '../platform/sw-messages.ts';
import { leadFromNotifications } from './notifications.ts';
import { stayHome } from './stay-home.ts';

declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: (PrecacheEntry | string)[] };

/** Large, and wanted by few: kept when it is first asked for. */
const isOnDemand = (url: string): boolean => /\/(chunks\/verovio|ort-wasm)-/.test(url);
/** Named as the other caches of this site are: src/platform/site-cache.ts. */
const ON_DEMAND = `atelier-on-demand-${self.registration.scope}`;

stayHome(self);
leadFromNotifications(self);
const urlOf = (entry: PrecacheEntry | string): string => (typeof entry === 'string' ? entry : entry.url);
const listed = self.__WB_MANIFEST;
precache(listed.filter((entry) => !isOnDemand(urlOf(entry))));

self.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([self.clients.claim(), forgetOthers()]));
});

/** What an earlier version kept on demand, and this one does not list. */
async function forgetOthers(): Promise<void> {
  const { scope } = self.registration;
  const wanted = new Set(
    listed
      .map(urlOf)
      .filter(isOnDemand)
      .map((url) => new URL(url, scope).href),
  );
  const cache = await caches.open(ON_DEMAND);
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
}

async function onDemand(request: Request): Promise<Response> {
  const cache = await caches.open(ON_DEMAND);
  const kept = await cache.match(request.url);
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok && response.type === 'basic' && request.method === 'GET')
    // A full disk costs the keeping, not the file.
    await cache.put(request.url, response.clone()).catch((cause: unknown) => console.info('Not kept', cause));
  return response;
}

self.addEventListener('message', (event) => {
  if (!isSwMessage(event.data)) return;
  // A page that was reloaded past the service worker asks to be claimed again; it starts no worker before.
  if (event.data.type === 'claim') event.waitUntil(self.clients.claim());
  if (event.data.type === 'activate') event.waitUntil(self.skipWaiting());
});

/** The file of the site behind an address: the folder itself is index.html. */
function fileOf(url: URL): string {
  const inSite = url.pathname.slice(new URL(self.registration.scope).pathname.length);
  return inSite === '' ? 'index.html' : inSite;
}

async function answer(request: Request, file: string): Promise<Response> {
  const kept = await matchPrecache(file);
  const response = kept ?? (await (isOnDemand(request.url) ? onDemand(request) : fetch(request)));
  if (!response.ok || response.type !== 'basic') return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(headersFor(`/${file}`))) headers.set(name, value);
  // What the server compressed is plain by now.
  headers.delete('Content-Encoding');
  headers.delete('Content-Length');
  const body = request.method === 'HEAD' ? null : response.body;
  return new Response(body, { status: response.status, statusText: response.statusText, headers });
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin || !url.href.startsWith(self.registration.scope)) return;
  if (request.method !== 'GET' && request.method !== 'HEAD') return;
  const file = fileOf(url);
  // Parts of a file cannot be told from the whole in the cache, and big files are not there anyway.
  if (file.startsWith('models/') || file.startsWith('samples/') || request.headers.has('Range')) return;
  event.respondWith(answer(request, file));
});
