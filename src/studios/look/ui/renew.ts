import { formatCount } from '../../../ui/format.ts';
import type { Toasts } from '../../../ui/toasts.svelte.ts';
import type { Look } from '../state/look.svelte.ts';
import { fromFiles } from '../state/sources.ts';

const pictures = (count: number): string => `${formatCount(count)} ${count === 1 ? 'picture' : 'pictures'}`;

const gone = (lost: number): string =>
  `${pictures(lost)} that had been deleted cannot be brought back any more.`;

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
  if (renewed.lost > 0) parts.push(gone(renewed.lost));
  const old = collection.network;
  const undo = old === network ? undefined : () => void change(look, toasts, collection.id, old);
  toasts.show(parts.join(' '), undo);
}

/**
 * Puts what another network saw in use, which lies beside, and the other way round. Pictures that it has not seen are looked
 * at first.
 *
 * @param look the studio
 * @param toasts where it is said
 * @param id of the collection
 * @param to hash of the network that it goes back to, if that still lies beside
 */
export async function change(look: Look, toasts: Toasts, id: number, to?: string): Promise<void> {
  const collection = look.collections.list.find((each) => each.id === id);
  const network = collection?.renewal?.network;
  if (collection === undefined || network === undefined || (to ?? network) !== network) return;
  if (look.renewing.collection !== 0) {
    toasts.show(`Wait until ${look.networks.title(look.renewing.network)} is through, or stop it.`);
    return;
  }
  const end = await look.renewing.change(id);
  if (end?.isDone === true) {
    const said = `Searches in “${collection.name}” use what ${look.networks.title(network)} saw.`;
    toasts.show(
      end.lost === 0 ? said : `${said} ${gone(end.lost)}`,
      () => void change(look, toasts, id, collection.network),
    );
  } else if (end !== undefined && id === look.collections.current?.id) {
    await renew(look, toasts, network);
  }
}

/** Takes the files of the open collection's pictures once more, and says how many were recognised. */
export async function giveAgain(look: Look, toasts: Toasts, files: readonly File[]): Promise<void> {
  const collection = look.collections.current;
  if (collection === undefined) return;
  const found = await look.renewing.give(collection.id, fromFiles(files));
  toasts.show(`The files of ${formatCount(found)} of ${pictures(collection.count)} are at hand.`);
}
