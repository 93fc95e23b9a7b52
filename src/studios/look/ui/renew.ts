import { formatCount } from '../../../ui/format.ts';
import type { Toasts } from '../../../ui/toasts.svelte.ts';
import type { Look } from '../state/look.svelte.ts';
import { fromFiles } from '../state/sources.ts';

const pictures = (count: number): string => `${formatCount(count)} ${count === 1 ? 'picture' : 'pictures'}`;

/**
 * Lets a network look at the open collection anew, or go on with it, and says what came of it.
 *
 * @param look the studio
 * @param toasts where it is said
 * @param network hash of a network that is on this device
 */
export async function renew(look: Look, toasts: Toasts, network: string): Promise<void> {
  const collection = look.collections.current;
  if (collection === undefined) return;
  // A kept folder is read once the person has allowed it in this visit; without it there are thumbnails.
  await look.folders.allow();
  const renewed = await look.renewing.run(collection.id, network);
  if (renewed === undefined) return;
  const parts = [
    `${look.networks.title(network)} has looked at ${pictures(renewed.pictures)} of “${collection.name}”.`,
  ];
  if (renewed.lost > 0)
    parts.push(`${pictures(renewed.lost)} that had been deleted cannot be brought back any more.`);
  toasts.show(parts.join(' '));
}

/** Takes the files of the open collection's pictures once more, and says how many were recognised. */
export async function giveAgain(look: Look, toasts: Toasts, files: readonly File[]): Promise<void> {
  const collection = look.collections.current;
  if (collection === undefined) return;
  const found = await look.renewing.give(collection.id, fromFiles(files));
  toasts.show(`The files of ${formatCount(found)} of ${pictures(collection.count)} are at hand.`);
}
