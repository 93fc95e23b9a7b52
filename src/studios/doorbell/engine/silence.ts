/** Louder than the quiet of the place by so much is a voice, dB. */
const ABOVE_DB = 9;
/** Nothing below this is a voice, dB of full scale. */
const FLOOR_DB = -60;
/** How fast the place may become louder, dB a second; it becomes quieter at once. */
const RISE_DB_SEC = 2;

/** Hears by the level whether somebody speaks, and when they have said all. */
export class SilenceWatch {
  readonly #pauseMs: number;
  #quietDb: number | undefined;
  #lastMs = 0;
  #voiceMs: number | undefined;

  /**
   * Nobody has spoken yet.
   *
   * @param pauseMs silence of this length after a voice ends the message, ms
   */
  constructor(pauseMs: number) {
    this.#pauseMs = pauseMs;
  }

  /**
   * Whether a voice was heard at all.
   *
   * @returns true from the first word on
   */
  get hasVoice(): boolean {
    return this.#voiceMs !== undefined;
  }

  /**
   * Takes a level.
   *
   * @param levelDb root mean square of some 20 … 100 ms, dB of full scale
   * @param atMs when, ms of a clock that does not run backwards
   * @returns whether somebody has spoken and been silent since for the pause
   */
  push(levelDb: number, atMs: number): boolean {
    const riseDb = (Math.max(0, atMs - this.#lastMs) / 1000) * RISE_DB_SEC;
    this.#quietDb = Math.min(levelDb, (this.#quietDb ?? levelDb) + riseDb);
    this.#lastMs = atMs;
    if (levelDb > FLOOR_DB && levelDb > this.#quietDb + ABOVE_DB) this.#voiceMs = atMs;
    return this.#voiceMs !== undefined && atMs - this.#voiceMs >= this.#pauseMs;
  }
}
