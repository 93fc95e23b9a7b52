import { createContext, onDestroy, untrack } from 'svelte';
import { formatCount } from '../../../ui/format.ts';
import type { Toasts } from '../../../ui/toasts.svelte.ts';
import type { Look } from '../state/look.svelte.ts';
import type { Navigation } from './navigation.ts';

/** Deleting, each time with a message that offers the way back for as long as there is one. */
export interface Deleting {
  pictures(ids: readonly number[]): Promise<void>;
  /** The open collection. */
  collection(): Promise<void>;
  /** Takes the last deletion back that can be: also one of an earlier visit, or of the device page. */
  undoLast(): Promise<void>;
}

const [getDeleting, provide] = createContext<Deleting>();
export { getDeleting };

/**
 * Makes the deletions of a page and hands them down. Their messages go with the page: only while Look is open can it bring
 * something back, and when it is opened again it offers that itself.
 */
export function setDeleting(look: Look, toasts: Toasts, navigation: Navigation): Deleting {
  /** The messages, by the keys of their deletions. */
  const offers = new Map<number, number>();

  function withdraw(isPossible: (key: number) => boolean): void {
    for (const [key, toast] of offers) {
      if (isPossible(key)) continue;
      toasts.dismiss(toast);
      offers.delete(key);
    }
  }

  $effect(() => {
    const keys = new Set(look.collections.deleted);
    untrack(() => withdraw((key) => keys.has(key)));
  });
  onDestroy(() => withdraw(() => false));

  function tell(text: string, key: number | undefined): void {
    if (key === undefined) toasts.show(`${text} It is gone for good: there was no room to keep it.`);
    else
      offers.set(
        key,
        toasts.show(text, () => void undo(key, text)),
      );
  }

  async function undo(key: number, text?: string): Promise<void> {
    const back = await look.undoDelete(key);
    const collection = back?.[0];
    if (collection !== undefined) navigation.toCollection(collection);
    // It failed, and the page says why; as long as it can be tried again, so it is offered.
    if (back === undefined && text !== undefined && look.collections.deleted.includes(key)) tell(text, key);
  }

  return provide({
    async pictures(ids) {
      const removed = await look.removePictures(ids);
      if (!removed.ok) return;
      const what = ids.length === 1 ? '1 picture' : `${formatCount(ids.length)} pictures`;
      tell(`Deleted ${what} from the collection.`, removed.value);
    },
    async collection() {
      const gone = look.collections.current;
      if (gone === undefined) return;
      // A run into it would only fail; what it has done so far comes back with the collection.
      if (look.indexing.collection === gone.id) look.indexing.stop();
      const removed = await look.collections.delete();
      if (!removed.ok) return;
      navigation.toCollection(look.collections.current?.id ?? 0);
      tell(`Deleted “${gone.name}”.`, removed.value);
    },
    async undoLast() {
      const last = look.collections.deleted.at(-1);
      if (last !== undefined) await undo(last);
    },
  });
}
