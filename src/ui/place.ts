/** The address behind the `#`: `#/look?collection=2` has the path `/look` and one parameter. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

/**
 * Reads an address.
 *
 * @param hash `location.hash`
 */
export function parsePlace(hash: string): Place {
  const text = hash.replace(/^#/, '');
  const cut = text.indexOf('?');
  const path = (cut < 0 ? text : text.slice(0, cut)).replace(/\/+$/, '');
  return {
    path: path === '' ? '/' : path.startsWith('/') ? path : `/${path}`,
    query: new URLSearchParams(cut < 0 ? '' : text.slice(cut + 1)),
  };
}

/** The address that leads to a place. */
export function writePlace(path: string, query: Readonly<Record<string, string>> = {}): string {
  const parameters = new URLSearchParams(query).toString();
  return `#${path}${parameters === '' ? '' : `?${parameters}`}`;
}
