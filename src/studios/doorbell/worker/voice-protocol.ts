import type { Result, StudioError } from '../../../kernel/result.ts';

export type VoiceErrorCode = 'bad-model' | 'not-ready';

/** What is heard of a microphone, each 32 ms. */
export interface VoiceHeard {
  /** Of a voice in this frame, [0, 1]. */
  readonly probability: number;
  /** Somebody speaks, or is silent for a moment within what they say. */
  readonly isSpeaking: boolean;
  readonly hasSpoken: boolean;
  /** Since the last sound of a voice, s; 0 before the first. */
  readonly silentSec: number;
}

/** Where samples come from and where what is heard goes to. */
export interface VoicePorts {
  /** Gives chunks, [N] float32, mono. */
  readonly pcm: MessagePort;
  /** Takes `VoiceHeard`; whatever comes out of it ends the listening. */
  readonly heard: MessagePort;
  /** Of the samples, Hz. */
  readonly sampleRate: number;
}

/** Tells voices from other sounds. */
export interface VoiceApi {
  /** @param model the file of `models/silero-vad`; transferred */
  load(model: ArrayBuffer): Promise<Result<void, StudioError<VoiceErrorCode>>>;
  /**
   * Listens until something comes out of `heard`. Several can be listened to at once.
   *
   * @param ports transferred
   */
  listen(ports: VoicePorts): Promise<Result<void, StudioError<VoiceErrorCode>>>;
}
