/** Languages that the browsers' own services hear, beside those that the browser has a voice for. */
const HEARD = [
  ...['ar-EG', 'bg-BG', 'ca-ES', 'cs-CZ', 'da-DK', 'de-DE', 'el-GR', 'en-AU', 'en-GB', 'en-IN', 'en-US'],
  ...['es-ES', 'es-MX', 'fi-FI', 'fr-CA', 'fr-FR', 'he-IL', 'hi-IN', 'hr-HR', 'hu-HU', 'id-ID', 'it-IT'],
  ...['ja-JP', 'ko-KR', 'nl-NL', 'no-NO', 'pl-PL', 'pt-BR', 'pt-PT', 'ro-RO', 'ru-RU', 'sk-SK', 'sv-SE'],
  ...['th-TH', 'tr-TR', 'uk-UA', 'vi-VN', 'yue-HK', 'zh-CN', 'zh-TW'],
];

/** A language to choose. */
export interface Language {
  /** BCP 47. */
  readonly code: string;
  /** In the language of the page. */
  readonly name: string;
}

/** Languages to choose from. */
export interface LanguageList {
  /** What an engine that is switched on may write down. */
  readonly heard: readonly Language[];
  /** Visitors can be greeted in them, by a voice or in large letters. */
  readonly greetedOnly: readonly Language[];
}

/** Languages that engines are asked for: nothing lists what a browser's own engine hears. */
export const candidates = (voices: readonly SpeechSynthesisVoice[]): readonly string[] => [
  ...new Set([...HEARD, ...navigator.languages, ...voices.map(({ lang }) => lang)].flatMap(canonicalOrNone)),
];

/**
 * The languages to choose from, by their names.
 *
 * @param voices of the browser
 * @param heard BCP 47, as the engines have them
 * @param chosen is among them whatever it is
 */
export function languagesOf(
  voices: readonly SpeechSynthesisVoice[],
  heard: ReadonlySet<string>,
  chosen: string,
): LanguageList {
  const names = new Intl.DisplayNames(['en'], { type: 'language' });
  // As it is stored, so that the list shows what is chosen.
  const codes = new Set([...candidates(voices), ...heard, chosen]);
  const all = [...codes]
    .map((code) => ({ code, name: nameOf(names, code) }))
    .sort((a, b) => a.name.localeCompare(b.name));
  return {
    heard: all.filter(({ code }) => heard.has(code)),
    greetedOnly: all.filter(({ code }) => !heard.has(code)),
  };
}

/** @returns codes that engines know, without those that a candidate says more of: `de` beside `de-AT` */
export function beyond(codes: readonly string[], among: readonly string[]): readonly string[] {
  const primary = new Set(among.map((code) => code.split('-')[0]));
  return codes.flatMap(canonicalOrNone).filter((code) => !primary.has(code));
}

const canonicalOrNone = (code: string): readonly string[] => {
  const known = canonical(code);
  return known === undefined ? [] : [known];
};

function canonical(code: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(code.replace('_', '-'))[0];
  } catch (thrown) {
    // Voices have names of their own making, e.g. `default`.
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

function nameOf(names: Intl.DisplayNames, code: string): string {
  try {
    return names.of(code) ?? code;
  } catch (thrown) {
    // Dialects of some voices have tags for private use, e.g. `en-GB-x-rp`: good tags, but not of a language with a name.
    if (thrown instanceof RangeError) return code;
    throw thrown;
  }
}
