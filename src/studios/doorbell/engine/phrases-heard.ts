/** One word of a decoder's best path. */
export interface DecodedWord {
  /** Of the grammar; `(2)` behind it is another pronunciation. */
  readonly id: string;
  readonly sec: number;
  /** Natural logarithm of how well its sound fits, of the whole word. */
  readonly logFit: number;
}

/** A phrase must last so long, s: in a shorter one there is too little to tell it from other speech. */
const SHORTEST_SEC = 0.4;
/**
 * And fit so well, natural logarithm a second. Between phrases that were said (−0.11 … −0.39) and what was heard in a novel
 * read aloud (−0.45 and worse), in the recordings named in the studio's README.
 */
const WORST_FIT = -0.42;
/** Unknown speech of this length is shown as a gap, s. */
const GAP_SEC = 0.35;
const GAP = '…';

interface Run {
  readonly text: string[];
  sec: number;
  logFit: number;
}

/**
 * The words of a best path through `doorGrammar`. A phrase that is too short or fits badly was other speech.
 *
 * @param path the decoder's words, in order
 * @param words what the grammar's words stand for
 * @returns the words, with `…` for speech that is in no phrase; empty when no phrase was heard
 */
export function phrasesHeard(path: readonly DecodedWord[], words: ReadonlyMap<string, string>): string {
  const parts: string[] = [];
  let unknownSec = 0;
  let run: Run | undefined;
  const endRun = (): void => {
    if (run === undefined) return;
    if (run.sec >= SHORTEST_SEC && run.logFit / run.sec >= WORST_FIT) {
      if (unknownSec >= GAP_SEC) parts.push(GAP);
      unknownSec = 0;
      parts.push(...run.text);
    } else unknownSec += run.sec;
    run = undefined;
  };
  for (const { id, sec, logFit } of path) {
    const word = words.get(id.replace(/\(\d+\)$/, ''));
    if (word !== undefined) {
      run ??= { text: [], sec: 0, logFit: 0 };
      run.text.push(word);
      run.sec += sec;
      run.logFit += logFit;
    } else if (/^p\d/.test(id)) {
      endRun();
      unknownSec += sec;
    }
    // Pauses and the decoder's own marks part nothing.
  }
  endRun();
  if (parts.length === 0) return '';
  if (unknownSec >= GAP_SEC) parts.push(GAP);
  return parts.join(' ');
}
