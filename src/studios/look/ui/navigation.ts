import { createContext } from 'svelte';
import type { Address } from '../../../ui/address.svelte.ts';
import type { Look } from '../state/look.svelte.ts';
import type { OutsidePicture } from '../state/outside.svelte.ts';
import { NO_QUERY, toParameters, withItems, without, type Query, type QueryItem } from '../state/query.ts';

/** Every search is an entry of the browser's history: `Back` is the previous query. */
export interface Navigation {
  /** Searches by one picture of the collection. */
  byPicture(id: number): void;
  /** The button is going down on a picture: its search is begun. */
  expect(id: number): void;
  /** Searches by a picture from outside, or by a part of a picture; failures are in `look.outside.error`. */
  byFile(picture: OutsidePicture): Promise<void>;
  /** The same by the address of a picture; in connected mode only. */
  byAddress(address: string): Promise<void>;
  /** Searches by what the network sees in the pictures. */
  byWords(text: string): void;
  byClass(index: number): void;
  /** Searches for the pictures that seem to have a name. */
  byName(id: number): void;
  /** Searches by several pictures at once. */
  byPictures(ids: readonly number[]): void;
  more(ids: readonly number[]): void;
  less(ids: readonly number[]): void;
  drop(key: string): void;
  clear(): void;
  /** To the query before this one; from a link that was opened here: to no query. */
  back(): void;
  toCollection(id: number): void;
  /** To the twins of the open collection. */
  toTwins(): void;
}

const pictureItem = (id: number): QueryItem => ({ kind: 'picture', key: String(id), id });

const [getNavigation, provide] = createContext<Navigation>();
export { getNavigation };

/** Makes the navigation of a page and hands it down. */
export function setNavigation(look: Look, address: Address): Navigation {
  const show = (query: Query): void =>
    address.go('/look', toParameters(look.collections.current?.id ?? 0, query));
  return provide({
    byPicture: (id) => show({ like: [pictureItem(id)], unlike: [] }),
    expect: (id) =>
      look.search.prepare(look.collections.current?.id ?? 0, { like: [pictureItem(id)], unlike: [] }),
    async byFile(picture) {
      const item = await look.outside.add(picture);
      if (item !== undefined) show({ like: [item], unlike: [] });
    },
    async byAddress(text) {
      const item = await look.outside.addFrom(text);
      if (item !== undefined) show({ like: [item], unlike: [] });
    },
    byWords: (text) => show({ ...NO_QUERY, about: { kind: 'words', text } }),
    byClass: (index) => show({ ...NO_QUERY, about: { kind: 'class', index } }),
    byName: (id) => show({ ...NO_QUERY, about: { kind: 'name', id } }),
    byPictures: (ids) => show({ like: ids.map(pictureItem), unlike: [] }),
    more: (ids) => show(withItems(look.search.query, ids.map(pictureItem), 'like')),
    less: (ids) => show(withItems(look.search.query, ids.map(pictureItem), 'unlike')),
    drop: (key) => show(without(look.search.query, key)),
    clear: () => show(NO_QUERY),
    back: () => (address.canGoBack ? history.back() : show(NO_QUERY)),
    toCollection: (id) => address.go('/look', { collection: String(id) }),
    toTwins: () =>
      address.go('/look', { collection: String(look.collections.current?.id ?? 0), view: 'twins' }),
  });
}
