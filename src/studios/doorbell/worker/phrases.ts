import type { SoundSwallowerModule } from 'soundswallower';
import { describe, fail, ok, type Result, type StudioError } from '../../../kernel/result.ts';
import { doorGrammar, wordsToLookUp } from '../engine/door-grammar.ts';
import type { SpokenLanguage } from '../engine/letter-to-sound.ts';
import { phrasesHeard } from '../engine/phrases-heard.ts';
import { decode, makeDecoder, startLibrary } from './decoder.ts';
import type { ModelFiles, PhrasesApi, PhrasesErrorCode } from './protocol.ts';

type Answer<T> = Result<T, StudioError<PhrasesErrorCode>>;

/** The worker's side of hearing phrases, without the worker. */
export class Phrases implements PhrasesApi {
  #library: Promise<SoundSwallowerModule> | undefined;
  #model: { readonly language: SpokenLanguage; readonly files: ModelFiles } | undefined;

  load(language: SpokenLanguage, files: ModelFiles): Promise<Answer<void>> {
    this.#model = { language, files };
    return Promise.resolve(ok(undefined));
  }

  async hear(samples: Float32Array, wordsToKnow: string): Promise<Answer<string>> {
    const model = this.#model;
    if (model === undefined) return fail('not-ready', 'No acoustic model is loaded.', { retryable: true });
    const { language, files } = model;
    try {
      this.#library ??= startLibrary();
      const library = await this.#library;
      const sounds = lookUp(files['dict.txt'], wordsToLookUp(wordsToKnow, language));
      const grammar = doorGrammar(wordsToKnow, language, sounds, phonesOf(files['phoneset.json']));
      const decoder = makeDecoder(library, files, grammar.dictionary);
      try {
        decoder.set_grammar(grammar.jsgf);
        return ok(phrasesHeard(decode(decoder, samples), grammar.words));
      } finally {
        decoder.delete();
      }
    } catch (cause) {
      return fail('decoder-failed', `The recording could not be listened to: ${describe(cause)}.`, {
        hint: 'Delete the model on the device page and download it again.',
        retryable: true,
        cause: describe(cause),
      });
    }
  }
}

/** The pronunciations that a dictionary of the model has for some words. */
function lookUp(file: ArrayBuffer | undefined, wanted: ReadonlySet<string>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const text = new TextDecoder().decode(file);
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    const line = text.slice(from, end === -1 ? undefined : end);
    from += line.length + 1;
    const space = line.indexOf(' ');
    const word = line.slice(0, space).replace(/\(\d+\)$/, '');
    if (wanted.has(word)) found.set(word, [...(found.get(word) ?? []), line.slice(space + 1)]);
  }
  return found;
}

/** Those that are speech. */
function phonesOf(file: ArrayBuffer | undefined): string[] {
  const set: unknown = JSON.parse(new TextDecoder().decode(file));
  return Object.keys(set as object).filter((phone) => !/^(SIL|\+.*\+)$/.test(phone));
}
