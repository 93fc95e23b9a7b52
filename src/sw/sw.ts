/// <reference lib="webworker" />
/**
 * Keeps the site for offline use, and gives worker scripts their policy on hosts that send no headers. It serves only what
 * the build listed; models and samples pass through to the network, the model store keeps those.
 */
import { matchPrecache, precache, type PrecacheEntry } from 'workbox-precaching';
import { headersFor } from '../platform/policy.ts';
import { isSwMessage } from '../platform/sw-messages.ts';
import { stayHome } from './stay-home.ts';

declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: (PrecacheEntry | string)[] };

stayHome(self);
precache(self.__WB_MANIFEST);

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim());
});

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
  const response = kept ?? (await fetch(request));
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
