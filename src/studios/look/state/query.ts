import type { PictureInput } from '../worker/protocol.ts';

/** One picture that a search is for or against. */
export type QueryItem =
  | { readonly kind: 'picture'; readonly key: string; readonly id: number }
  | {
      readonly kind: 'outside';
      /** `x` and a random word: kept for this visit only, its pixels are nowhere stored. */
      readonly key: string;
      /** The picture of the collection that it is a part of. */
      readonly of?: number;
      readonly name: string;
      readonly file: Blob;
      readonly bitmap?: ImageBitmap;
      readonly part?: NonNullable<PictureInput['part']>;
      readonly vector: Float32Array<ArrayBuffer>;
      /** Address of its thumbnail. */
      readonly address: string;
      readonly width: number;
      readonly height: number;
    };

export interface Query {
  readonly like: readonly QueryItem[];
  readonly unlike: readonly QueryItem[];
}

export const NO_QUERY: Query = { like: [], unlike: [] };

const write = (items: readonly QueryItem[]): string => items.map(({ key }) => key).join(',');

/** The address parameters of a query: browser history walks through queries by them. */
export function toParameters(collection: number, query: Query): Record<string, string> {
  const parameters: Record<string, string> = { collection: String(collection) };
  if (query.like.length > 0) parameters.like = write(query.like);
  if (query.unlike.length > 0) parameters.unlike = write(query.unlike);
  return parameters;
}

/**
 * Reads a query from the address.
 *
 * @param parameters of the address
 * @param outside pictures from outside that this visit knows, by key
 * @returns the query; items that are not known any more are left out and counted in `lost`
 */
export function fromParameters(
  parameters: URLSearchParams,
  outside: ReadonlyMap<string, QueryItem>,
): { query: Query; lost: number } {
  let lost = 0;
  const taken = new Set<string>();
  const read = (name: string): QueryItem[] =>
    (parameters.get(name) ?? '').split(',').flatMap((key): QueryItem[] => {
      // An address may be written by hand: a picture counts once, and on one side.
      if (key === '' || taken.has(key)) return [];
      taken.add(key);
      if (/^\d{1,9}$/.test(key)) return [{ kind: 'picture', key, id: Number(key) }];
      const known = outside.get(key);
      if (known === undefined) lost += 1;
      return known === undefined ? [] : [known];
    });
  const query = { like: read('like'), unlike: read('unlike') };
  return { query, lost };
}

/** What `data-query-id` says: the picture's id, or the keys of all parts. */
export function idOf(query: Query): string {
  return query.unlike.length === 0 ? write(query.like) : `${write(query.like)}-${write(query.unlike)}`;
}

/**
 * The same query with more pictures that it is for or against; a picture is on one side only.
 *
 * @returns the query; the given one when it would be against pictures alone, for that is no question
 */
export function withItems(query: Query, items: readonly QueryItem[], side: 'like' | 'unlike'): Query {
  const rest = items.reduce((left, { key }) => dropped(left, key), query);
  const next = { ...rest, [side]: [...rest[side], ...items] };
  return next.like.length === 0 ? query : next;
}

/** The same query with one picture less; without any picture that it is for, there is no query left. */
export function without(query: Query, key: string): Query {
  const rest = dropped(query, key);
  return rest.like.length === 0 ? NO_QUERY : rest;
}

function dropped(query: Query, key: string): Query {
  const others = (items: readonly QueryItem[]): QueryItem[] => items.filter((item) => item.key !== key);
  return { like: others(query.like), unlike: others(query.unlike) };
}
