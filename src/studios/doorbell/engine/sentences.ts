import { fold } from './fold.ts';

/** Words that begin a question, by language, folded. */
const ASKING: Readonly<Record<string, readonly string[]>> = {
  en: [
    ...['who', 'what', 'when', 'where', 'why', 'how', 'which', 'is', 'are', 'am', 'can', 'could', 'do'],
    ...['does', 'did', 'will', 'would', 'should', 'may', 'have', 'has'],
  ],
  de: [
    'wer',
    'was',
    'wann',
    'wo',
    'warum',
    'wie',
    'welche',
    'welcher',
    'wohin',
    'ist',
    'sind',
    'kann',
    'konnen',
  ],
  fr: ['qui', 'quoi', 'quand', 'ou', 'pourquoi', 'comment', 'quel', 'quelle', 'combien'],
  es: ['quien', 'que', 'cuando', 'donde', 'como', 'cual', 'cuanto'],
  it: ['chi', 'cosa', 'quando', 'dove', 'perche', 'come', 'quale', 'quanto'],
};
/** A sentence ends here; a point within a line may be of “dr. smith”, unless a capital follows. */
const ENDS = /[.!?…।؟]["”’»)]*$|[.!?…।؟]\s+\p{Lu}|[。！？]/u;
const EAST_ASIAN = /^(zh|ja|yue)/;
/** Written without full stops. */
const WITHOUT_STOPS = /^(th|lo|km|my)/;

const capital = (text: string, language: string): string => {
  const at = text.search(/\p{L}/u);
  if (at < 0) return text;
  const letter = [...text.slice(at)][0] ?? '';
  return text.slice(0, at) + letter.toLocaleUpperCase(language) + text.slice(at + letter.length);
};

function stopFor(text: string, language: string): string {
  if (EAST_ASIAN.test(language)) return '。';
  if (WITHOUT_STOPS.test(language)) return '';
  const [first = ''] = /\p{L}+/u.exec(fold(text)) ?? [];
  return (ASKING[language.split('-')[0] ?? ''] ?? []).includes(first) ? '?' : '.';
}

// A language that the runtime does not know is written by the rules of none.
function knownLanguage(language: string): string {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? 'en';
  } catch (thrown) {
    if (thrown instanceof RangeError) return 'en';
    throw thrown;
  }
}

/**
 * Gives a transcript the sentence case and the full stop that its engine left out. A text with a sentence end
 * in it is taken for punctuated, and stays.
 *
 * @param text what an engine heard
 * @param language BCP 47, e.g. `en-GB`
 * @returns the text as a sentence; empty for an empty one
 */
export function asSentence(text: string, language: string): string {
  const plain = text.replace(/\s+/gu, ' ').trim();
  if (plain === '' || ENDS.test(plain)) return plain;
  const known = knownLanguage(language);
  const spoken = known.startsWith('en') ? plain.replace(/\bi\b(?=['’ ]|$)/g, 'I') : plain;
  return capital(spoken, known) + stopFor(spoken, known);
}
