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
  for (const code of [...HEARD, ...navigator.languages, ...voices.map(({ lang }) => lang), chosen]) {
    const known = canonical(code);
    if (known !== undefined) codes.set(known, names.of(known) ?? known);
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
