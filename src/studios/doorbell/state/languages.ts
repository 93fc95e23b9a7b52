/** Languages that the browsers' own services hear, beside those that the browser has a voice for. */
const HEARD = [
  ...['ar-EG', 'bg-BG', 'ca-ES', 'cs-CZ', 'da-DK', 'de-DE', 'el-GR', 'en-AU', 'en-GB', 'en-IN', 'en-US'],
  ...['es-ES', 'es-MX', 'fi-FI', 'fr-CA', 'fr-FR', 'he-IL', 'hi-IN', 'hr-HR', 'hu-HU', 'id-ID', 'it-IT'],
  ...['ja-JP', 'ko-KR', 'nl-NL', 'no-NO', 'pl-PL', 'pt-BR', 'pt-PT', 'ro-RO', 'ru-RU', 'sk-SK', 'sv-SE'],
  ...['th-TH', 'tr-TR', 'uk-UA', 'vi-VN', 'yue-HK', 'zh-CN', 'zh-TW'],
];

/**
 * The languages to choose from, by their names in the language of the page.
 *
 * @param voices of the browser
 * @param chosen is among them whatever it is
 */
export function languagesOf(
  voices: readonly SpeechSynthesisVoice[],
  chosen: string,
): readonly { readonly code: string; readonly name: string }[] {
  const names = new Intl.DisplayNames(['en'], { type: 'language' });
  const codes = new Map<string, string>();
  const all = [...HEARD, ...navigator.languages, ...voices.map(({ lang }) => lang), chosen];
  for (const code of new Set(all)) {
    const known = canonical(code);
    if (known !== undefined) codes.set(known, nameOf(names, known));
  }
  // As it is stored, so that the list shows what is chosen.
  if (!codes.has(chosen)) codes.set(chosen, chosen);
  return [...codes].map(([code, name]) => ({ code, name })).sort((a, b) => a.name.localeCompare(b.name));
}

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
