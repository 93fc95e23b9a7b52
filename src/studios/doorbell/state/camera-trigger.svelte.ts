import { describe, fail, type StudioError } from '../../../kernel/result.ts';
import { openCamera } from '../../../platform/camera.ts';
import { connectWorker, transfer, type Connection } from '../../../platform/rpc.ts';
import { startWorker } from '../../../platform/worker-start.ts';
import type { MotionApi, MotionSeen } from '../worker/motion-protocol.ts';
import motionUrl from '../worker/motion.worker.ts?worker&url';
import { OwnTrigger, RETRY_MS, type OwnTriggerNeeds } from './own-trigger.svelte.ts';

export type { MotionSeen } from '../worker/motion-protocol.ts';

/** Coarse: a visitor is large, leaves and rain are small, and nobody is known by it. */
const WIDTH = 80;
const HEIGHT = 60;
/** Between two pictures, ms: five a second. */
const EVERY_MS = 200;
const CAMERA: MediaTrackConstraints = { width: 320, height: 240, frameRate: { max: 15 } };

export interface CameraTriggerNeeds extends OwnTriggerNeeds {
  /** It is switched on, and nothing keeps it from looking. */
  readonly isWanted: () => boolean;
  /** Of the picture, how much must change, per cent. */
  readonly percent: () => number;
}

/** Whoever moves before the camera is a visitor. A picture is looked at, coarse and grey, and let go for the next one. */
export class CameraTrigger extends OwnTrigger {
  readonly #need: CameraTriggerNeeds;
  readonly #end: () => void;
  // Other settings change too, and the camera is not opened anew for them.
  readonly #isWanted: boolean = $derived.by(() => this.#need.isWanted());
  readonly #percent: number = $derived.by(() => this.#need.percent());
  #seen = $state.raw<MotionSeen | undefined>();

  constructor(need: CameraTriggerNeeds) {
    super(need);
    this.#need = need;
    this.#end = $effect.root(() => {
      $effect(() => {
        if (!this.#isWanted) return undefined;
        return this.#look(this.#percent, this.attempt);
      });
    });
  }

  /** The last picture with what has changed in it; undefined while the camera is off. */
  get seen(): MotionSeen | undefined {
    return this.#seen;
  }

  close(): void {
    this.#end();
  }

  /** @returns ends it */
  #look(percent: number, attempt: number): () => void {
    const over = new AbortController();
    let retry: ReturnType<typeof setTimeout> | undefined;
    void this.#watch(percent, over.signal).then((error) => {
      if (over.signal.aborted) return;
      this.error = error;
      this.#seen = undefined;
      // Who has refused is asked again when they say so, not by itself.
      if (error?.code !== 'camera-refused') retry = setTimeout(() => (this.attempt = attempt + 1), RETRY_MS);
    });
    return () => {
      over.abort();
      clearTimeout(retry);
      this.#seen = undefined;
      this.error = undefined;
    };
  }

  /** Looks until the signal comes. @returns why it could not go on */
  async #watch(percent: number, signal: AbortSignal): Promise<StudioError | undefined> {
    const opened = await openCamera(CAMERA);
    if (!opened.ok) return opened.error;
    const video = document.createElement('video');
    let connection: Connection<MotionApi> | undefined;
    try {
      video.muted = true;
      video.playsInline = true;
      video.srcObject = opened.value;
      if (signal.aborted) return undefined;
      const worker = await startWorker(motionUrl, 'motion');
      if (!worker.ok) return worker.error;
      connection = connectWorker<MotionApi>(worker.value);
      await video.play();
      const { api } = connection;
      await api.begin(percent);
      const [track] = opened.value.getVideoTracks();
      while (!signal.aborted && track?.readyState === 'live') {
        const wait = api.wait(EVERY_MS);
        if (video.videoWidth > 0) {
          const picture = await createImageBitmap(video, {
            resizeWidth: WIDTH,
            resizeHeight: HEIGHT,
            resizeQuality: 'medium',
          });
          const seen = await api.look(transfer(picture, [picture]));
          if (!signal.aborted) this.#take(seen);
        }
        await wait;
      }
      return fail('camera-lost', 'The camera was taken away.', { hint: 'Plug it in again.', retryable: true })
        .error;
    } catch (cause) {
      return fail('camera-lost', 'The camera’s picture could not be read.', {
        hint: 'Switch it off and on again.',
        retryable: true,
        cause: describe(cause),
      }).error;
    } finally {
      connection?.close();
      video.srcObject = null;
      for (const each of opened.value.getTracks()) each.stop();
    }
  }

  #take(seen: MotionSeen): void {
    this.error = undefined;
    this.#seen = seen;
    this.notice(seen.isPresent);
  }
}
