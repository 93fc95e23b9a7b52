/** What networks call languages that have a newer or a narrower code. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  nb: ['no'],
  iw: ['he'],
  in: ['id'],
  fil: ['tl'],
  cmn: ['zh'],
  yue: ['zh'],
};

/**
 * What a network calls a language.
 *
 * @param language BCP 47, e.g. `pt-BR`
 * @param isKnown whether the network has a language by its code
 * @returns the code, e.g. `pt`; undefined when the network does not know the language
 */
export function nameOfLanguage(language: string, isKnown: (code: string) => boolean): string | undefined {
  const part = language.toLowerCase().split(/[-_]/)[0] ?? '';
  return [part, ...(ALSO[part] ?? [])].find(isKnown);
}
