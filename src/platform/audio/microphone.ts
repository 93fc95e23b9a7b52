import { describe, fail, ok, type Result, type StudioError } from '../../kernel/result.ts';

export type MicrophoneCode = 'no-microphone' | 'microphone-refused' | 'insecure' | 'not-recorded';
export type MicrophoneResult<T> = Result<T, StudioError<MicrophoneCode>>;

/** As music is: what makes speech clearer takes notes away. */
const MUSIC: MediaTrackConstraints = {
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
};
const LEVEL_SAMPLES = 1024;

const NAME_TO_CODE: Readonly<Record<string, MicrophoneCode>> = {
  NotFoundError: 'no-microphone',
  OverconstrainedError: 'no-microphone',
};

/** Asks for the microphone, its sound as it is: what makes speech clearer takes notes away, and engines clean it themselves. */
export async function openMicrophone(): Promise<MicrophoneResult<MediaStream>> {
  const { mediaDevices } = navigator as Partial<Navigator>;
  if (mediaDevices === undefined)
    return isSecureContext
      ? fail('no-microphone', 'This browser gives no page a microphone.', { hint: 'Try another browser.' })
      : fail('insecure', 'The microphone needs a secure address (https, or this device itself).', {
          hint: 'Open this site by https.',
        });
  try {
    return ok(await mediaDevices.getUserMedia({ audio: MUSIC }));
  } catch (cause) {
    const code =
      (cause instanceof DOMException ? NAME_TO_CODE[cause.name] : undefined) ?? 'microphone-refused';
    return code === 'no-microphone'
      ? fail(code, 'No microphone was found.', {
          hint: 'Plug one in, or switch it on in the settings of the computer, then try again.',
          retryable: true,
        })
      : fail(code, 'The browser was not allowed to use the microphone.', {
          hint: 'Allow it beside the address of this page, then try again.',
          retryable: true,
          cause: describe(cause),
        });
  }
}

/** A recording under way. It ends by `stop` or `cancel`, and the microphone is given back. */
export class MicrophoneRecording {
  readonly #stream: MediaStream;
  readonly #recorder: MediaRecorder;
  readonly #context: AudioContext;
  readonly #analyser: AnalyserNode;
  readonly #window = new Float32Array(LEVEL_SAMPLES);
  readonly #parts: Blob[] = [];
  readonly #startedMs = performance.now();

  /**
   * Asks for the microphone and begins.
   *
   * @param onLost the microphone was taken away: what was recorded until then is there for `stop`
   */
  static async begin(onLost: () => void): Promise<MicrophoneResult<MicrophoneRecording>> {
    const stream = await openMicrophone();
    if (!stream.ok) return stream;
    try {
      return ok(new MicrophoneRecording(stream.value, onLost));
    } catch (cause) {
      for (const track of stream.value.getTracks()) track.stop();
      return fail('not-recorded', `The browser could not record: ${describe(cause)}.`, { retryable: true });
    }
  }

  private constructor(stream: MediaStream, onLost: () => void) {
    this.#stream = stream;
    this.#recorder = new MediaRecorder(stream);
    this.#recorder.ondataavailable = ({ data }) => this.#parts.push(data);
    // After the recorder, which may refuse: nobody would close it.
    this.#context = new AudioContext();
    this.#analyser = new AnalyserNode(this.#context, { fftSize: LEVEL_SAMPLES });
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
    stream.getAudioTracks()[0]?.addEventListener('ended', onLost);
    this.#recorder.start();
  }

  /** Seconds so far. */
  get seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  /** How loud it is now: root mean square, decibels of full scale, ≤ 0. */
  get levelDb(): number {
    this.#analyser.getFloatTimeDomainData(this.#window);
    const power = this.#window.reduce((sum, value) => sum + value * value, 0) / LEVEL_SAMPLES;
    return 10 * Math.log10(Math.max(power, 1e-10));
  }

  /**
   * Ends the recording.
   *
   * @param sampleRate wanted, samples a second
   * @returns [N] float32, mono
   */
  async stop(sampleRate: number): Promise<MicrophoneResult<Float32Array<ArrayBuffer>>> {
    try {
      const bytes = await (await this.#end()).arrayBuffer();
      const sound = await new OfflineAudioContext(1, 1, sampleRate).decodeAudioData(bytes);
      const mono = new Float32Array(sound.length);
      for (let channel = 0; channel < sound.numberOfChannels; channel += 1)
        sound.getChannelData(channel).forEach((value, i) => {
          mono[i] = (mono[i] ?? 0) + value / sound.numberOfChannels;
        });
      return ok(mono);
    } catch (cause) {
      return fail('not-recorded', `The recording could not be read: ${describe(cause)}.`, {
        hint: 'Record it again.',
        retryable: true,
      });
    }
  }

  /** Ends it, and keeps nothing. */
  cancel(): void {
    void this.#end();
  }

  async #end(): Promise<Blob> {
    if (this.#recorder.state !== 'inactive') {
      const ended = new Promise((resolve) =>
        this.#recorder.addEventListener('stop', resolve, { once: true }),
      );
      this.#recorder.stop();
      await ended;
    }
    for (const track of this.#stream.getTracks()) track.stop();
    if (this.#context.state !== 'closed') await this.#context.close();
    return new Blob(this.#parts, { type: this.#recorder.mimeType });
  }
}
