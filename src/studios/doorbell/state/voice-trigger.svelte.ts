import { openMicrophone, type MicrophoneCode } from '../../../platform/audio/microphone.ts';
import { OwnTrigger, RETRY_MS, type OwnTriggerNeeds } from './own-trigger.svelte.ts';
import type { VoiceHeard, VoiceNetwork } from './voice-network.svelte.ts';

export interface VoiceTriggerNeeds extends OwnTriggerNeeds {
  readonly network: VoiceNetwork;
  /** It is switched on, and nothing keeps it from listening. */
  readonly isWanted: () => boolean;
}

/** Whoever speaks is a visitor: listens to the microphone between visits, keeps nothing of it. */
export class VoiceTrigger extends OwnTrigger<MicrophoneCode> {
  readonly #need: VoiceTriggerNeeds;
  readonly #end: () => void;
  // Other settings change too, and the microphone is not opened anew for them.
  readonly #canListen: boolean = $derived.by(
    () => this.#need.isWanted() && this.#need.network.status === 'ready',
  );
  #isListening = $state(false);
  #isSpeaking = $state(false);
  #probability = $state(0);

  constructor(need: VoiceTriggerNeeds) {
    super(need);
    this.#need = need;
    this.#end = $effect.root(() => {
      $effect(() => {
        return this.#canListen ? this.#listen(this.attempt) : undefined;
      });
    });
  }

  get isListening(): boolean {
    return this.#isListening;
  }
  get isSpeaking(): boolean {
    return this.#isSpeaking;
  }
  /** Of a voice, as it was heard last, [0, 1]. */
  get probability(): number {
    return this.#probability;
  }

  close(): void {
    this.#end();
  }

  /** @returns ends it */
  #listen(attempt: number): () => void {
    let isOver = false;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let stop: (() => void) | undefined;
    let stream: MediaStream | undefined;
    const again = (): void => {
      if (!isOver) retry = setTimeout(() => (this.attempt = attempt + 1), RETRY_MS);
    };
    const begin = async (): Promise<void> => {
      const opened = await openMicrophone();
      this.error = opened.ok ? undefined : opened.error;
      if (!opened.ok) {
        // Who has refused is asked again when they say so, not by itself.
        if (opened.error.code !== 'microphone-refused') again();
        return;
      }
      stream = opened.value;
      stream.getAudioTracks()[0]?.addEventListener('ended', again);
      const stopListening = isOver
        ? undefined
        : await this.#need.network.listen(stream, (heard) => this.#hear(heard));
      if (isOver) stopListening?.();
      else {
        stop = stopListening;
        this.#isListening = stopListening !== undefined;
        if (stopListening === undefined) again();
      }
      if (isOver || stopListening === undefined) release();
    };
    const release = (): void => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    void begin();
    return () => {
      isOver = true;
      clearTimeout(retry);
      stop?.();
      release();
      this.#isListening = false;
      this.#isSpeaking = false;
      this.#probability = 0;
    };
  }

  #hear({ probability, isSpeaking }: VoiceHeard): void {
    this.#probability = probability;
    this.#isSpeaking = isSpeaking;
    this.notice(isSpeaking);
  }
}
