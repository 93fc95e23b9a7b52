import { describe, fail, ok } from '../../../kernel/result.ts';
import { openMicrophone, type MicrophoneResult } from '../../../platform/audio/microphone.ts';

const LEVEL_SAMPLES = 2048;
/** How much sound is handed over at a time, ms: what is not in the store when the tab ends is lost. */
const PART_MS = 500;
/** Speech in Opus is transparent at this rate. */
const BITS_A_SECOND = 48_000;
const TYPES = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4;codecs=opus', 'audio/mp4'];

/** A recording of a visitor under way. Its parts are handed on as they come. */
export class VisitRecorder {
  readonly #stream: MediaStream;
  readonly #recorder: MediaRecorder;
  readonly #context = new AudioContext();
  readonly #analyser: AnalyserNode;
  readonly #window = new Float32Array(LEVEL_SAMPLES);
  readonly #startedMs = performance.now();
  #endedMs: number | undefined;

  /**
   * Asks for the microphone and begins.
   *
   * @param onPart the next bytes of the recording
   * @param onLost the microphone was taken away
   */
  static async begin(
    onPart: (part: Blob) => void,
    onLost: () => void,
  ): Promise<MicrophoneResult<VisitRecorder>> {
    const stream = await openMicrophone();
    if (!stream.ok) return stream;
    try {
      return ok(new VisitRecorder(stream.value, onPart, onLost));
    } catch (cause) {
      for (const track of stream.value.getTracks()) track.stop();
      return fail('not-recorded', `The browser could not record: ${describe(cause)}.`, { retryable: true });
    }
  }

  private constructor(stream: MediaStream, onPart: (part: Blob) => void, onLost: () => void) {
    this.#stream = stream;
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    this.#recorder = new MediaRecorder(stream, {
      audioBitsPerSecond: BITS_A_SECOND,
      ...(mimeType === undefined ? {} : { mimeType }),
    });
    this.#recorder.ondataavailable = ({ data }) => {
      if (data.size > 0) onPart(data);
    };
    this.#analyser = new AnalyserNode(this.#context, { fftSize: LEVEL_SAMPLES });
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
    stream.getAudioTracks()[0]?.addEventListener('ended', onLost);
    this.#recorder.start(PART_MS);
  }

  /** Of the microphone; ended with the recording. */
  get stream(): MediaStream {
    return this.#stream;
  }

  /** For an engine that listens along. */
  get track(): MediaStreamTrack | undefined {
    return this.#stream.getAudioTracks()[0];
  }

  get type(): string {
    return this.#recorder.mimeType;
  }

  /** Seconds so far. */
  get seconds(): number {
    return ((this.#endedMs ?? performance.now()) - this.#startedMs) / 1000;
  }

  /** How loud it is now: root mean square, decibels of full scale, ≤ 0. */
  get levelDb(): number {
    this.#analyser.getFloatTimeDomainData(this.#window);
    const power = this.#window.reduce((sum, value) => sum + value * value, 0) / LEVEL_SAMPLES;
    return 10 * Math.log10(Math.max(power, 1e-10));
  }

  /** Ends it, and gives the microphone back; all parts have been handed on when this returns. */
  async end(): Promise<void> {
    this.#endedMs ??= performance.now();
    if (this.#recorder.state !== 'inactive') {
      const ended = new Promise((resolve) =>
        this.#recorder.addEventListener('stop', resolve, { once: true }),
      );
      this.#recorder.stop();
      await ended;
    }
    for (const track of this.#stream.getTracks()) track.stop();
    if (this.#context.state !== 'closed') await this.#context.close();
  }
}
