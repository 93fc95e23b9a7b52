import { asSentence } from './sentences.ts';
import type { DoorbellSettings } from './settings.ts';
import { hideWords } from './words-to-hide.ts';
import { correctNames } from './words-to-know.ts';

/**
 * From what an engine heard to what is shown: names, sentence case, hidden words, in that order, so that a name that is to
 * be hidden is hidden.
 *
 * @param heard the engine's words
 * @param settings the person's words
 * @param language BCP 47
 * @returns the transcript
 */
export function finishWords(heard: string, settings: DoorbellSettings, language: string): string {
  const named = settings.correctsNames ? correctNames(heard, settings.wordsToKnow) : heard;
  return hideWords(asSentence(named, language), settings.wordsToHide, settings.hideBy);
}
