import { createContext } from 'svelte';
import type { Address } from '../../../ui/address.svelte.ts';
import type { Look } from '../state/look.svelte.ts';
import { NO_QUERY, toParameters, withItem, without, type Query, type QueryItem } from '../state/query.ts';

/** Every search is an entry of the browser's history: `Back` is the previous query. */
export interface Navigation {
  /** Searches by one picture of the collection. */
  byPicture(id: number): void;
  /** Searches by a picture from outside; failures are in `look.outside.error`. */
  byFile(file: Blob, name: string, part?: Extract<QueryItem, { kind: 'outside' }>['part']): Promise<void>;
  byItems(like: readonly number[]): void;
  more(id: number): void;
  less(id: number): void;
  drop(key: string): void;
  clear(): void;
  toCollection(id: number): void;
}

export const pictureItem = (id: number): QueryItem => ({ kind: 'picture', key: String(id), id });

const [getNavigation, provide] = createContext<Navigation>();
export { getNavigation };

/** Makes the navigation of a page and hands it down. */
export function setNavigation(look: Look, address: Address): Navigation {
  const show = (query: Query): void =>
    address.go('/look', toParameters(look.collections.current?.id ?? 0, query));
  return provide({
    byPicture: (id) => show({ like: [pictureItem(id)], unlike: [] }),
    async byFile(file, name, part) {
      const item = await look.outside.add(part === undefined ? { name, file } : { name, file, part });
      if (item !== undefined) show({ like: [item], unlike: [] });
    },
    byItems: (like) => show({ like: like.map(pictureItem), unlike: [] }),
    more: (id) => show(withItem(look.search.query, pictureItem(id), 'like')),
    less: (id) => show(withItem(look.search.query, pictureItem(id), 'unlike')),
    drop: (key) => show(without(look.search.query, key)),
    clear: () => show(NO_QUERY),
    toCollection: (id) => address.go('/look', { collection: String(id) }),
  });
}
