/** What the network listens to, Hz. */
export const VOICE_RATE = 16_000;
/** Samples of one frame, and of what it is told of the one before. */
export const VOICE_FRAME = 512;
export const VOICE_CONTEXT = 64;
/** One frame, s. */
export const FRAME_SEC = VOICE_FRAME / VOICE_RATE;

/** When probabilities are a voice. */
export interface VoiceRule {
  /** A frame this probable begins a stretch of voice. */
  readonly enter: number;
  /** It goes on down to here, at most `enter`. */
  readonly leave: number;
  /** So much voice is somebody who speaks, s: less is a cough, a door, a bark. */
  readonly leastSec: number;
  /** A gap of this length ends a voice that has not lasted so long yet, s. */
  readonly gapSec: number;
  /** Who speaks may be silent for so long within what they say, s. */
  readonly hangoverSec: number;
}

/** Silero's own 0.5 and 0.15 below it; the times are of the door. */
export const DEFAULT_VOICE: VoiceRule = {
  enter: 0.5,
  leave: 0.35,
  leastSec: 0.4,
  gapSec: 0.25,
  hangoverSec: 0.8,
};

export interface VoiceStep {
  /** Somebody speaks, or is silent for a moment within what they say. */
  readonly isSpeaking: boolean;
  /** Somebody has spoken since the beginning. */
  readonly hasSpoken: boolean;
  /** Since the last sound of a voice, s; 0 before the first. */
  readonly silentSec: number;
}

/**
 * Makes of the probabilities of single frames whether somebody speaks: with hysteresis, not for a sound shorter than
 * words, and not broken by the gaps within a sentence. Time is counted in frames, so a machine that lags decides the same.
 */
export class VoiceActivity {
  readonly #rule: VoiceRule;
  #isVoiced = false;
  #isSpeaking = false;
  #hasSpoken = false;
  #voicedFrames = 0;
  #silentFrames = 0;

  /**
   * Nobody has spoken yet.
   *
   * @param rule when probabilities are a voice
   */
  constructor(rule: VoiceRule = DEFAULT_VOICE) {
    this.#rule = rule;
  }

  /**
   * Takes the next frame.
   *
   * @param probability of a voice in it, [0, 1]; anything else is none
   * @returns whether somebody speaks
   */
  push(probability: number): VoiceStep {
    const { enter, leave, leastSec, gapSec, hangoverSec } = this.#rule;
    this.#isVoiced = probability >= (this.#isVoiced ? leave : enter);
    if (this.#isVoiced) {
      this.#voicedFrames += 1;
      this.#silentFrames = 0;
    } else {
      this.#silentFrames += 1;
      const silentSec = this.#silentFrames * FRAME_SEC;
      if (silentSec >= (this.#isSpeaking ? hangoverSec : gapSec)) {
        this.#isSpeaking = false;
        this.#voicedFrames = 0;
      }
    }
    if (this.#voicedFrames * FRAME_SEC >= leastSec) this.#isSpeaking = this.#hasSpoken = true;
    return {
      isSpeaking: this.#isSpeaking,
      hasSpoken: this.#hasSpoken,
      silentSec: this.#hasSpoken ? this.#silentFrames * FRAME_SEC : 0,
    };
  }
}
