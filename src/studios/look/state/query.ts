import type { PictureInput } from '../worker/protocol.ts';

/** One picture that a search is for or against. */
export type QueryItem =
  | { readonly kind: 'picture'; readonly key: string; readonly id: number }
  | {
      readonly kind: 'outside';
      /** `x1`, `x2` …: kept for this visit only, its pixels are nowhere stored. */
      readonly key: string;
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
  const read = (name: string): QueryItem[] =>
    (parameters.get(name) ?? '').split(',').flatMap((key): QueryItem[] => {
      if (key === '') return [];
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

/** The same query with one more picture that it is for or against; a picture is on one side only. */
export function withItem(query: Query, item: QueryItem, side: 'like' | 'unlike'): Query {
  const rest = without(query, item.key);
  return { ...rest, [side]: [...rest[side], item] };
}

export function without(query: Query, key: string): Query {
  const others = (items: readonly QueryItem[]): QueryItem[] => items.filter((item) => item.key !== key);
  return { like: others(query.like), unlike: others(query.unlike) };
}
