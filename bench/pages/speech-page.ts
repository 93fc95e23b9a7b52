/** Engines that need nothing but files of the site. */
export type OfflineEngine = 'moonshine' | 'phrases';

/** A recording as an engine wrote it down. */
export interface WrittenDown {
  readonly words: string;
  readonly soundSec: number;
  readonly workSec: number;
}

/** What the page that drives the speech workers offers to the bench. */
export interface SpeechPage {
  /** Starts the site's own workers, and gives them their models. */
  open(addresses: { readonly speech: string; readonly phrases: string }): Promise<void>;
  /** Writes down a sound file, given as base64. */
  hear(engine: OfflineEngine, file: string, wordsToKnow: string): Promise<WrittenDown>;
}

declare global {
  interface Window {
    speech?: SpeechPage;
  }
}
