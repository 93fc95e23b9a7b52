import { connectedMode } from '../platform/connected.ts';

/**
 * The same place in the other document. Connected mode is another document, not a setting: `connected.html` is the same app
 * under a policy that lets it connect to other hosts, and `index.html` never gets that policy.
 */
export function otherMode(): string {
  const file = connectedMode() ? './' : 'connected.html';
  return new URL(file, document.baseURI).href + location.hash;
}
