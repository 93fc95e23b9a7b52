interface LayoutMap {
  get(code: string): string | undefined;
}

/** A part of the browser that only Chromium has, and only in a secure context. */
interface WithKeyboard {
  readonly keyboard?: { getLayoutMap?: () => Promise<LayoutMap> };
}

/**
 * What is printed on keys: a key's code names its place on an American keyboard, where a French one has another letter.
 *
 * @param codes of the keys, e.g. `KeyA`
 * @returns by code; the American letters where the browser does not tell
 */
export async function printedLetters(codes: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { keyboard } = navigator as Navigator & WithKeyboard;
  try {
    const layout = await keyboard?.getLayoutMap?.();
    return new Map(codes.map((code) => [code, (layout?.get(code) ?? code.slice(3)).toUpperCase()]));
  } catch (thrown) {
    console.info('The keyboard’s letters are not known', thrown);
    return americanLetters(codes);
  }
}

/** The letters of an American keyboard, by code. */
export const americanLetters = (codes: readonly string[]): ReadonlyMap<string, string> =>
  new Map(codes.map((code) => [code, code.slice(3)]));
