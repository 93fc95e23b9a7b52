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
      /** Hash of the network that made the vector. */
      readonly network: string;
      /** Address of its thumbnail. */
      readonly address: string;
      readonly width: number;
      readonly height: number;
    };

/** What a search is for that is not for pictures: words, one label of the network, or a name that a person gave. */
export type About =
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'class'; readonly index: number }
  | { readonly kind: 'name'; readonly id: number };

export interface Query {
  readonly like: readonly QueryItem[];
  readonly unlike: readonly QueryItem[];
  /** Then there are no pictures in it. */
  readonly about?: About;
}

/** Letters of a search by words at most. */
const MAX_TEXT = 200;

export const NO_QUERY: Query = { like: [], unlike: [] };

const write = (items: readonly QueryItem[]): string => items.map(({ key }) => key).join(',');

/** The address parameters of a query: browser history walks through queries by them. */
export function toParameters(collection: number, query: Query): Record<string, string> {
  const parameters: Record<string, string> = { collection: String(collection) };
  if (query.about !== undefined) parameters[query.about.kind] = valueOf(query.about);
  if (query.like.length > 0) parameters.like = write(query.like);
  if (query.unlike.length > 0) parameters.unlike = write(query.unlike);
  return parameters;
}

/** What an address says of it. */
function valueOf(about: About): string {
  if (about.kind === 'words') return about.text;
  return String(about.kind === 'class' ? about.index : about.id);
}

function readAbout(parameters: URLSearchParams): About | undefined {
  const text = parameters.get('words')?.trim().slice(0, MAX_TEXT) ?? '';
  if (text !== '') return { kind: 'words', text };
  const index = parameters.get('class') ?? '';
  if (/^\d{1,3}$/.test(index)) return { kind: 'class', index: Number(index) };
  const id = parameters.get('name') ?? '';
  return /^\d{1,9}$/.test(id) ? { kind: 'name', id: Number(id) } : undefined;
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
  const about = query.like.length + query.unlike.length + lost === 0 ? readAbout(parameters) : undefined;
  return { query: about === undefined ? query : { ...query, about }, lost };
}

/** What `data-query-id` says: the picture's id, or the keys of all parts; `words:shoe`, `class:774`, `name:3` for the others. */
export function idOf(query: Query): string {
  if (query.about !== undefined) return `${query.about.kind}:${valueOf(query.about)}`;
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
