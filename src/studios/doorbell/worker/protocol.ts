import type { Result, StudioError } from '../../../kernel/result.ts';

export type PhrasesErrorCode = 'bad-model' | 'not-ready' | 'decoder-failed';

/** Files of an acoustic model by their names in `models/soundswallower-*`. */
export type ModelFiles = Readonly<Record<string, ArrayBuffer>>;

/** Hears names and set phrases in a recording. */
export interface PhrasesApi {
  /**
   * Takes the acoustic model of a language.
   *
   * @param language `en` or `fr`
   * @param files of the model; transferred
   */
  load(language: 'en' | 'fr', files: ModelFiles): Promise<Result<void, StudioError<PhrasesErrorCode>>>;
  /**
   * @param samples [N] float32, mono, 16,000 Hz; transferred
   * @param wordsToKnow as typed
   * @returns the words, `…` for speech that is in no phrase; empty when nothing was heard that it knows
   */
  hear(samples: Float32Array, wordsToKnow: string): Promise<Result<string, StudioError<PhrasesErrorCode>>>;
}
