import type { Serial } from '../../../kernel/serial.ts';
import { attempt } from './failure.ts';
import type { LibraryParts } from './library-session.ts';
import type { RenewalApi } from './protocol-renewal.ts';

/**
 * What the library serves to the page about looking at a collection anew.
 *
 * @param need the open store
 * @param maintenance the queue of merges, saves and restores: the beginning and the end must not meet them
 */
export function renewalApi(need: () => Promise<LibraryParts>, maintenance: Serial): RenewalApi {
  return {
    begin: (collection, network, dim, networkTitle) =>
      attempt('beginning to look anew', async () => {
        const { renewals } = await need();
        return maintenance.run(() => renewals.begin(collection, network, dim, networkTitle));
      }),

    missing: (collection, after, limit) =>
      attempt('listing what is to be looked at', async () => {
        const { renewals } = await need();
        await maintenance.run(() => renewals.merge(collection));
        return renewals.missing(collection, after, limit);
      }),

    finish: (collection) =>
      attempt('putting the new vectors in use', async () => {
        const { renewals, commits } = await need();
        await commits.drain();
        return maintenance.run(() => renewals.finish(collection));
      }),

    giveUp: (collection) =>
      attempt('forgetting the new vectors', async () => {
        const { renewals } = await need();
        await maintenance.run(() => renewals.giveUp(collection));
      }),
  };
}
