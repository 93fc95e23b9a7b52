/**
 * How a name that is in no dictionary may sound: rules from letters to the phones of the acoustic models, the first that
 * fits at a place wins. Rough on purpose; `letter-to-sound.test.ts` measures how rough against the models' dictionaries.
 */

/** Languages that `soundswallower` has an acoustic model for. */
export type SpokenLanguage = 'en' | 'fr';

/** A letter group, the phones it becomes, and what must stand before and after it. */
type Rule = readonly [letters: string, phones: string, after?: RegExp | undefined, before?: RegExp];

const FRONT = /^[eiyéèêëîï]/;
const VOWEL_NEXT = /^[aeiouyàâäéèêëîïôöùûüœ]/;
const END = /^$/;
/** A consonant and a silent e follow: the vowel says its name. */
const MAGIC_E = /^[bcdfgklmnpstvz]e(s?$|[lm])/;

const ENGLISH: readonly Rule[] = [
  ['tsch', 'CH'],
  ['sch', 'SH'],
  ['tch', 'CH'],
  ['dge', 'JH'],
  ['igh', 'AY'],
  ['eigh', 'EY'],
  ['ough', 'AO'],
  ['augh', 'AO'],
  ['tion', 'SH AH N'],
  ['sion', 'ZH AH N'],
  ['cia', 'SH AH'],
  ['mc', 'M AH K', undefined, /^$/],
  ['ph', 'F'],
  ['th', 'TH'],
  ['sh', 'SH'],
  ['ch', 'CH'],
  ['ck', 'K'],
  ['gh', 'G', undefined, /^$/],
  ['gh', ''],
  ['kn', 'N', undefined, /^$/],
  ['wr', 'R', undefined, /^$/],
  ['wh', 'W'],
  ['qu', 'K W'],
  ['ng', 'NG G', /^[aeiou]/],
  ['ng', 'NG'],
  ['nk', 'NG K'],
  ['x', 'Z', undefined, /^$/],
  ['x', 'K S'],
  ['zz', 'T S', /^[aeio]/],
  ['cz', 'CH'],
  ['sz', 'SH'],
  ['ccia', 'CH AH'],
  ['cc', 'K S', FRONT],
  ['c', 'S', FRONT],
  ['cc', 'K'],
  ['c', 'K'],
  ['gn', 'N', undefined, /^$/],
  ['gg', 'G'],
  ['ge', 'JH', /^s?$/],
  ['g', 'JH', /^[iy]a?/, /[^aeiou]$/],
  ['g', 'G'],
  ['ssi', 'S IY'],
  ['ss', 'S'],
  ['se', 'Z', END, /[aeiou]$/],
  ['s', 'Z', /^$/, /[bdgvmnlr]$/],
  ['s', 'S'],
  ['oo', 'UW'],
  ['oa', 'OW'],
  ['oe', 'OW'],
  ['oi', 'OY'],
  ['oy', 'OY'],
  ['ou', 'UW'],
  ['ow', 'OW', END],
  ['ow', 'AW'],
  ['ore', 'AO R', END],
  ['or', 'AO R'],
  ['o', 'OW', /^$/],
  ['o', 'OW', MAGIC_E],
  ['o', 'AH', /^n$/, /..$/],
  ['o', 'AA', /^[bcdfgklmnpstvxz]{2}/],
  ['o', 'OW'],
  ['ai', 'EY'],
  ['ay', 'EY'],
  ['au', 'AO'],
  ['aw', 'AO'],
  ['are', 'EH R', END],
  ['ar', 'AA R'],
  ['a', 'AH', /^$/],
  ['a', 'AH', /^(n|l|m|h)$/, /..$/],
  ['a', 'EY', MAGIC_E],
  ['a', 'AE', /^([bcdfgklmnpstvxz]{2}|[bcdfgklmnpstvxz]$)/],
  ['a', 'AA'],
  ['ee', 'IY'],
  ['ea', 'IY'],
  ['ei', 'AY'],
  ['ey', 'IY'],
  ['eu', 'OY'],
  ['ew', 'UW'],
  ['er', 'ER'],
  ['es', 'Z', END, /[aeiou][bcdgklmnprtv]$/],
  ['e', 'IY', END, /^[^aeiou]+$/],
  ['e', '', END],
  ['e', 'AH', /^(l|n|m|t)$/, /..$/],
  ['e', 'EH'],
  ['ie', 'IY'],
  ['io', 'IY OW', END],
  ['ia', 'IY AH'],
  ['ir', 'ER', /^([^aeiouy]|$)/],
  ['i', 'IY', END],
  ['i', 'AY', MAGIC_E],
  ['i', 'IH'],
  ['j', 'JH'],
  ['ure', 'ER', END],
  ['ur', 'ER', /^([^aeiou]|$)/],
  ['ue', 'UW'],
  ['ui', 'UW'],
  ['u', 'UW', MAGIC_E],
  ['u', 'AH', /^[bcdfgklmnpstvxz]{2}/],
  ['u', 'UW'],
  ['y', 'Y', VOWEL_NEXT, /(^|[aeiou])$/],
  ['y', 'IY', END],
  ['y', 'IH'],
  ['mm', 'M'],
  ['nn', 'N'],
  ['ll', 'L'],
  ['le', 'AH L', END, /[bcdfgkpstz]$/],
  ['rr', 'R'],
  ['tt', 'T'],
  ['dd', 'D'],
  ['bb', 'B'],
  ['ff', 'F'],
  ['pp', 'P'],
  ['kk', 'K'],
  ['tz', 'T S'],
  ['z', 'Z'],
  ...(['b B', 'd D', 'f F', 'h HH', 'k K', 'l L', 'm M', 'n N'] as const).map(pair),
  ...(['p P', 'q K', 'r R', 't T', 'v V', 'w W'] as const).map(pair),
];

/** A nasal vowel needs a consonant, or the end, behind it. */
const NASAL = /^([^aeiouyàâäéèêëîïôöùûüœnmh]|$)/;
/** Written and silent at the end of a word. */
const SILENT = /^(s|t|ts|d|ds|x|z|p)?$/;

const FRENCH: readonly Rule[] = [
  ['eaux', 'au', END],
  ['eau', 'au'],
  ['aux', 'au', END],
  ['au', 'au'],
  ['oin', 'ww in', NASAL],
  ['ouill', 'ou yy'],
  ['euill', 'oe yy'],
  ['eill', 'ai yy'],
  ['aill', 'aa yy'],
  ['eil', 'ai yy', END],
  ['ail', 'aa yy', END],
  ['ill', 'ii yy', undefined, /[^aeiouv]$/],
  ['tion', 'ss yy on'],
  ['ain', 'in', NASAL],
  ['aim', 'in', NASAL],
  ['ein', 'in', NASAL],
  ['ien', 'yy in', NASAL],
  ['yn', 'in', NASAL],
  ['ym', 'in', NASAL],
  ['in', 'in', NASAL],
  ['im', 'in', NASAL],
  ['an', 'an', NASAL],
  ['am', 'an', NASAL],
  ['ent', 'an', END],
  ['en', 'an', NASAL],
  ['em', 'an', NASAL],
  ['on', 'on', NASAL],
  ['om', 'on', NASAL],
  ['un', 'un', NASAL],
  ['um', 'un', NASAL],
  ['oi', 'ww aa'],
  ['oy', 'ww aa yy', VOWEL_NEXT],
  ['oy', 'ww aa'],
  ['ou', 'ww', /^[aeiéè]/],
  ['oû', 'ou'],
  ['ou', 'ou'],
  ['œu', 'oe'],
  ['eu', 'oe', /^[rlf]/],
  ['eu', 'eu'],
  ['ai', 'ai'],
  ['ay', 'ai'],
  ['ei', 'ai'],
  ['ey', 'ai'],
  ['er', 'ei', END, /..$/],
  ['ez', 'ei', END],
  ['et', 'ai', END],
  ['es', '', END, /..$/],
  ['e', '', END, /..$/],
  ['e', 'ai', /^([^aeiouyéè]{2}|[rlcft]$)/],
  ['é', 'ei'],
  ['e', 'ee'],
  ...(['è ai', 'ê ai', 'ë ai', 'à aa', 'â aa', 'a aa', 'ô au', 'œ ei', 'ù uu', 'û uu'] as const).map(pair),
  ['o', 'au', SILENT],
  ['o', 'oo'],
  ['u', 'uy', /^[iîéè]/, /[^gq]$/],
  ['u', 'uu'],
  ['ü', 'uu'],
  ['ö', 'eu'],
  ['ä', 'ai'],
  ['i', 'yy', /^[aeoéè]./, /[^rl]$/],
  ['î', 'ii'],
  ['ï', 'ii'],
  ['i', 'ii'],
  ['y', 'yy', VOWEL_NEXT],
  ['y', 'ii'],
  ['ch', 'ch'],
  ['ph', 'ff'],
  ['th', 'tt'],
  ['gn', 'gn'],
  ['qu', 'kk'],
  ['gu', 'gg', FRONT],
  ['ge', 'jj', /^[aou]/],
  ['g', 'jj', FRONT],
  ['gg', 'gg'],
  ['g', '', END, /[aon]$/],
  ['g', 'gg'],
  ['ç', 'ss'],
  ['sc', 'ss', FRONT],
  ['cc', 'kk ss', FRONT],
  ['c', 'ss', FRONT],
  ['cc', 'kk'],
  ['ck', 'kk'],
  ['c', 'kk'],
  ['ss', 'ss'],
  ['s', 'zz', VOWEL_NEXT, /[aeiouyéèà]$/],
  ['s', '', END],
  ['s', 'ss'],
  ['x', '', END],
  ['x', 'kk ss'],
  ['z', '', END],
  ['t', '', /^s?$/],
  ['d', '', /^s?$/],
  ['p', '', /^s?$/],
  ['tt', 'tt'],
  ['ll', 'll'],
  ['mm', 'mm'],
  ['nn', 'nn'],
  ['rr', 'rr'],
  ['pp', 'pp'],
  ['ff', 'ff'],
  ['h', ''],
  ...(['b bb', 'd dd', 'f ff', 'j jj', 'k kk', 'l ll', 'm mm', 'n nn', 'p pp'] as const).map(pair),
  ...(['q kk', 'r rr', 't tt', 'v vv', 'w ww', 'z zz'] as const).map(pair),
];

function pair(text: string): Rule {
  const [letters = '', phones = ''] = text.split(' ');
  return [letters, phones];
}

const RULES: Readonly<Record<SpokenLanguage, readonly Rule[]>> = { en: ENGLISH, fr: FRENCH };

/** What English writes without: `Müller`, `Søren`, `Łukasz`. */
const PLAIN: Readonly<Record<string, string>> = {
  ø: 'o',
  æ: 'ae',
  ł: 'w',
  ß: 'ss',
  ð: 'd',
  þ: 'th',
  œ: 'oe',
};

const spelled = (word: string, language: SpokenLanguage): string => {
  const lower = word.toLowerCase();
  if (language === 'fr') return lower.normalize('NFC').replace(/[^a-zàâäéèêëîïôöùûüçœ]/g, '');
  return lower
    .replace(/[øæłßðþœ]/g, (letter) => PLAIN[letter] ?? '')
    .normalize('NFD')
    .replace(/[^a-z]/g, '');
};

/**
 * The phones of a word that is in no dictionary.
 *
 * @param word in Latin letters; others are passed over
 * @param language whose phones and whose spelling
 * @returns phones of the acoustic model parted by spaces; empty when there was no letter
 */
export function soundsOf(word: string, language: SpokenLanguage): string {
  const letters = spelled(word, language);
  const phones: string[] = [];
  for (let at = 0; at < letters.length;) {
    const before = letters.slice(0, at);
    const rule = RULES[language].find(
      ([group, , next, previous]) =>
        letters.startsWith(group, at) &&
        (next === undefined || next.test(letters.slice(at + group.length))) &&
        (previous === undefined || previous.test(before)),
    );
    if (rule === undefined) {
      at += 1;
      continue;
    }
    if (rule[1] !== '') phones.push(rule[1]);
    at += rule[0].length;
  }
  return phones.join(' ');
}
