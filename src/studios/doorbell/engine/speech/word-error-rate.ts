/**
 * A text as its words are compared: lower case, no punctuation, no accents of typing.
 *
 * @param text as said or heard
 * @returns its words; apostrophes are part of a word
 */
export function wordsOf(text: string): readonly string[] {
  const plain = text.normalize('NFKC').toLowerCase().replace(/[’‘`]/g, "'");
  return plain.match(/[\p{L}\p{N}]+(?:'[\p{L}\p{N}]+)*/gu) ?? [];
}

/** Words of a reference text that were not heard as they were said. */
export interface WordErrors {
  /** Substitutions, deletions and insertions of the cheapest way from one text to the other. */
  readonly errors: number;
  /** Words of the reference. */
  readonly words: number;
}

/**
 * Errors between two texts by words: Levenshtein's distance.
 *
 * @param said the reference
 * @param heard what an engine made of it
 * @returns errors and words; the word error rate of several recordings is the sum of the ones by the sum of the others
 */
export function wordErrors(said: string, heard: string): WordErrors {
  const reference = wordsOf(said);
  const hypothesis = wordsOf(heard);
  let above = Array.from({ length: hypothesis.length + 1 }, (_, column) => column);
  for (const [row, word] of reference.entries()) {
    const line = [row + 1];
    for (const [column, other] of hypothesis.entries()) {
      const swap = (above[column] ?? 0) + (word === other ? 0 : 1);
      line.push(Math.min(swap, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1));
    }
    above = line;
  }
  return { errors: above[hypothesis.length] ?? 0, words: reference.length };
}
