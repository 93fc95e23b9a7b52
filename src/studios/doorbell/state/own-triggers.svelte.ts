import { untrack } from 'svelte';
import type { DoorbellSettings } from '../engine/settings.ts';
import type { VisitCause } from '../engine/visit.ts';
import { CameraTrigger } from './camera-trigger.svelte.ts';
import type { Watch } from './link-watch.svelte.ts';
import { VoiceNetwork } from './voice-network.svelte.ts';
import { VoiceTrigger } from './voice-trigger.svelte.ts';

export interface OwnTriggersNeed {
  readonly settings: () => DoorbellSettings;
  /** Its pauses are those of all. */
  readonly watch: Watch;
  readonly isDoorbell: () => boolean;
  readonly isArmed: () => boolean;
  readonly isUnderWay: () => boolean;
  readonly onVisitor: (by: VisitCause) => void;
}

/** What this device itself can notice a visitor by: its microphone, its camera. */
export class OwnTriggers {
  readonly network = new VoiceNetwork();
  readonly voice: VoiceTrigger;
  readonly camera: CameraTrigger;
  readonly #watch: Watch;
  readonly #end: () => void;

  constructor(need: OwnTriggersNeed) {
    const { settings, isDoorbell, isArmed, isUnderWay, watch, onVisitor } = need;
    this.#watch = watch;
    this.voice = new VoiceTrigger({
      network: this.network,
      // A page may listen only after a gesture.
      isWanted: () => settings().hearsVoice && isDoorbell() && isArmed() && !isUnderWay(),
      pauses: () => watch.settings,
      onVisitor: () => onVisitor('voice'),
    });
    this.camera = new CameraTrigger({
      isWanted: () => settings().seesMovement && isDoorbell(),
      percent: () => settings().movementPercent,
      pauses: () => watch.settings,
      onVisitor: () => onVisitor('camera'),
    });
    this.#end = $effect.root(() => {
      const isNeeded = $derived(isDoorbell() && (settings().hearsVoice || settings().endsOnSilence));
      $effect(() => {
        const { network } = this;
        if (isNeeded) untrack(() => network.want());
        else untrack(() => network.drop());
      });
    });
  }

  /** A visit began without the sensor. */
  visitBegan(): void {
    this.#watch.visitBegan();
    this.voice.visitBegan();
    this.camera.visitBegan();
  }

  /** A visit is over, whoever began it: the pause begins. */
  visitEnded(): void {
    this.#watch.visitEnded();
    this.voice.visitEnded();
    this.camera.visitEnded();
  }

  close(): void {
    this.#end();
    this.voice.close();
    this.camera.close();
    this.network.drop();
  }
}
