import { fold } from './fold.ts';
import { soundsOf, type SpokenLanguage } from './letter-to-sound.ts';
import { SET_PHRASES } from './set-phrases.ts';
import { vocabularyOf } from './words-to-know.ts';

/** What a decoder needs to hear names and set phrases, and nothing else. */
export interface DoorGrammar {
  /** JSGF. Its words are numbers, so that no spelling can break it. */
  readonly jsgf: string;
  /** Those words with their phones, one a line. */
  readonly dictionary: string;
  /** What each of them stands for, as a person writes it. Phones that stand for unknown speech are not in it. */
  readonly words: ReadonlyMap<string, string>;
}

/**
 * How unlikely each phone of unknown speech is. Larger, and phrases get lost in it; smaller, and phrases are heard in
 * everything.
 */
const OTHER_SPEECH = 1e-8;
const WORD = /<\w+>|[\p{L}\p{N}\p{M}'’]+/gu;
/** After words like “parcel for” a name's last word is enough, if it is not too short. */
const SHORTEST_NAME = 4;

/**
 * The language of the acoustic models that a language is heard in.
 *
 * @param language BCP 47
 * @returns undefined when there is no model
 */
export function spokenLanguage(language: string): SpokenLanguage | undefined {
  const primary = language.split('-')[0]?.toLowerCase();
  return primary === 'en' || primary === 'fr' ? primary : undefined;
}

// A name in words that have a sound.
const namesOf = (list: string, language: SpokenLanguage): string[][] =>
  vocabularyOf(list)
    .map((entry) => [...entry.matchAll(WORD)].map(([word]) => word))
    .map((words) => words.filter((word) => soundsOf(word, language) !== ''))
    .filter((words) => words.length > 0);

/**
 * Words whose sound should be looked up in the model's dictionary, for `doorGrammar`.
 *
 * @param list the words to know, as typed
 * @param language of the model
 * @returns each in lower case, with and without accents
 */
export function wordsToLookUp(list: string, language: SpokenLanguage): ReadonlySet<string> {
  const wanted = new Set<string>();
  const add = (word: string): void => {
    wanted.add(word.toLowerCase());
    wanted.add(fold(word));
  };
  for (const phrase of SET_PHRASES[language].phrases)
    for (const [word] of phrase.matchAll(WORD)) if (!word.startsWith('<')) add(word);
  for (const name of namesOf(list, language)) name.forEach(add);
  return wanted;
}

// A phrase as it is where nobody is known by name; empty when nothing is left of it.
function withoutNames(phrase: string): string {
  const rest = phrase.replace(/\[[^\]]*<\w+>[^\]]*\]|\| [^|()]*<\w+>/g, '');
  return /<\w+>/.test(rest) ? '' : rest;
}

/**
 * The grammar of names, set phrases and, between them, any other speech as single phones.
 *
 * @param list the words to know, as typed
 * @param language of the model
 * @param sounds from the model's dictionary: the pronunciations of a word
 * @param phones of the model, those of speech
 * @returns what the decoder is given
 */
export function doorGrammar(
  list: string,
  language: SpokenLanguage,
  sounds: ReadonlyMap<string, readonly string[]>,
  phones: readonly string[],
): DoorGrammar {
  const own = SET_PHRASES[language];
  const ids = new Map<string, string>();
  const words = new Map<string, string>();
  const lines: string[] = [];
  const idOf = (word: string): string => {
    const known = ids.get(word);
    if (known !== undefined) return known;
    const id = `w${ids.size}`;
    ids.set(word, id);
    words.set(id, word);
    const spoken = sounds.get(word.toLowerCase()) ??
      (own.sounds[word] === undefined ? undefined : [own.sounds[word]]) ??
      sounds.get(fold(word)) ?? [soundsOf(word, language)];
    spoken.forEach((each, i) => lines.push(`${id}${i === 0 ? '' : `(${i + 1})`} ${each}`));
    return id;
  };
  const entries = namesOf(list, language);
  const names = entries.flatMap((name) => {
    const last = name.at(-1) ?? '';
    return name.length > 1 && last.length >= SHORTEST_NAME ? [name, [last]] : [name];
  });
  const phrases = own.phrases
    .map((phrase) => (entries.length > 0 ? phrase : withoutNames(phrase)))
    .filter((phrase) => phrase !== '')
    .map((phrase) => `(${phrase.replace(WORD, (word) => (word.startsWith('<') ? word : idOf(word)))})`);
  const ruleOf = (rule: string, of: readonly string[][]): string =>
    `<${rule}> = ${of.map((name) => name.map(idOf).join(' ')).join(' | ')}`;
  const others = phones.map((phone, i) => {
    lines.push(`p${i} ${phone}`);
    return `p${i}`;
  });
  const rules = [
    'public <said> = <part>+',
    `<part> = /1/ <known> | /${OTHER_SPEECH}/ <other>`,
    `<known> = ${phrases.join(' | ')}`,
    ...(entries.length === 0 ? [] : [ruleOf('entry', entries), ruleOf('name', names)]),
    `<other> = ${others.join(' | ')}`,
  ];
  const jsgf = `#JSGF V1.0;\ngrammar door;\n${rules.map((rule) => `${rule};`).join('\n')}\n`;
  return { jsgf, dictionary: `${lines.join('\n')}\n`, words };
}
