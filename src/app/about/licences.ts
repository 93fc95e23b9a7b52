import { describe, fail, ok, type Result } from '../../kernel/result.ts';

export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly home: string;
  readonly text: string;
}

export interface ShippedWork {
  readonly what: string;
  readonly from: string;
  readonly href: string;
  readonly licence: string;
}

export interface Shipped {
  readonly packages: readonly ShippedPackage[];
  readonly works: readonly ShippedWork[];
}

/** What the site ships, as its build listed it (scripts/vite-licences.ts); kept for offline use with the site itself. */
export async function shipped(): Promise<Result<Shipped>> {
  try {
    const response = await fetch(new URL('licences.json', document.baseURI));
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return ok((await response.json()) as Shipped);
  } catch (cause) {
    return fail('licences', 'The list of what is shipped could not be read.', {
      hint: `It is made by the build; a development server has none. (${describe(cause)})`,
      cause,
    });
  }
}
