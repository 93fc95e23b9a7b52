import type { Progress } from '../../../kernel/progress.ts';
import { describe, fail, type Result, type StudioError } from '../../../kernel/result.ts';
import { MicrophoneRecording } from '../../../platform/audio/microphone.ts';
import { ModelStore } from '../../../platform/model-store/store.ts';
import { connectWorker, transfer, WorkerClosedError, type Connection } from '../../../platform/rpc.ts';
import { startWorker } from '../../../platform/worker-start.ts';
import type { HeardNote } from '../engine/pitch-notes.ts';
import type { HumApi } from '../worker/protocol.ts';
import humUrl from '../worker/hum.worker.ts?worker&url';

const MODEL = 'basic-pitch';
const GRAPH = 'model.json';
const WEIGHTS = 'group1-shard1of1.bin';
/** What the network listens to. */
const SAMPLE_RATE = 22_050;
/** More is a performance, and wants a keyboard. */
const LONGEST_SEC = 90;
const WATCH_MS = 50;
/** Softer than this is taken for silence on the meter. */
const FLOOR_DB = -60;

/** From the microphone to notes: one attempt after the other, until the dialog closes. */
export class Hum {
  #phase = $state<'idle' | 'asking' | 'recording' | 'listening' | 'heard'>('idle');
  #seconds = $state(0);
  #level = $state(0);
  #loudest = $state(0);
  #progress = $state.raw<Progress | undefined>();
  #notes = $state.raw<readonly HeardNote[]>([]);
  #error = $state.raw<StudioError | undefined>();
  #recording: MicrophoneRecording | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #connection: Connection<HumApi> | undefined;
  #isClosed = false;
  /** Counts attempts: what belongs to an earlier one is dropped when it comes. */
  #attempt = 0;

  get phase() {
    return this.#phase;
  }
  /** Of the recording. */
  get seconds(): number {
    return this.#seconds;
  }
  /** [0, 1]: how loud it is now, in decibels over the meter's 60. */
  get level(): number {
    return this.#level;
  }
  /** Whether nothing was loud yet: the wrong microphone, perhaps. */
  get isSilent(): boolean {
    return this.#seconds > 2 && this.#loudest < 0.25;
  }
  /** Of the network's download or of its listening. */
  get progress(): Progress | undefined {
    return this.#progress;
  }
  get notes(): readonly HeardNote[] {
    return this.#notes;
  }
  get error(): StudioError | undefined {
    return this.#error;
  }

  /** Asks for the microphone and records. */
  async record(): Promise<void> {
    if (this.#phase === 'asking' || this.#phase === 'recording') return;
    this.#phase = 'asking';
    this.#error = undefined;
    this.#notes = [];
    this.#seconds = 0;
    this.#loudest = 0;
    const attempt = (this.#attempt += 1);
    const begun = await MicrophoneRecording.begin(() => {
      if (attempt === this.#attempt) void this.stop();
    });
    if (attempt !== this.#attempt || this.#isClosed) {
      if (begun.ok) begun.value.cancel();
      return;
    }
    if (!begun.ok) {
      this.#phase = 'idle';
      this.#error = begun.error;
      return;
    }
    this.#recording = begun.value;
    this.#phase = 'recording';
    this.#watch = setInterval(() => this.#look(begun.value), WATCH_MS);
  }

  /** Ends the recording, and turns it into notes. */
  async stop(): Promise<void> {
    const recording = this.#recording;
    if (recording === undefined) return;
    const attempt = this.#attempt;
    this.#recording = undefined;
    clearInterval(this.#watch);
    this.#phase = 'listening';
    this.#level = 0;
    const samples = await recording.stop(SAMPLE_RATE);
    const heard = samples.ok ? await this.#transcribe(samples.value, attempt) : samples;
    if (attempt !== this.#attempt || this.#isClosed || heard === undefined) return;
    this.#progress = undefined;
    if (heard.ok) {
      this.#notes = heard.value;
      this.#phase = 'heard';
    } else {
      this.#error = heard.error;
      this.#phase = 'idle';
    }
  }

  /** Drops what is under way. */
  cancel(): void {
    this.#attempt += 1;
    clearInterval(this.#watch);
    this.#recording?.cancel();
    this.#recording = undefined;
    this.#connection?.close();
    this.#connection = undefined;
    this.#progress = undefined;
    this.#phase = 'idle';
  }

  close(): void {
    this.#isClosed = true;
    this.cancel();
  }

  #look(recording: MicrophoneRecording): void {
    this.#seconds = recording.seconds;
    this.#level = Math.max(0, Math.min(1, 1 - recording.levelDb / FLOOR_DB));
    this.#loudest = Math.max(this.#loudest, this.#level);
    if (recording.seconds >= LONGEST_SEC) void this.stop();
  }

  /** @returns undefined when it was cancelled */
  async #transcribe(
    samples: Float32Array<ArrayBuffer>,
    attempt: number,
  ): Promise<Result<readonly HeardNote[]> | undefined> {
    try {
      const connection = await this.#ready(attempt);
      if (attempt !== this.#attempt) return undefined;
      if (!connection.ok) return connection;
      return await connection.value.api.transcribe(transfer(samples, [samples.buffer]), {
        onProgress: (progress) => {
          if (attempt === this.#attempt) this.#progress = progress;
        },
      });
    } catch (cause) {
      if (cause instanceof WorkerClosedError) return undefined;
      this.#connection = undefined;
      return fail('network-failed', `The recording was not turned into notes: ${describe(cause)}.`, {
        hint: 'Record it again.',
        retryable: true,
        cause: describe(cause),
      });
    }
  }

  async #ready(attempt: number): Promise<Result<Connection<HumApi>, StudioError>> {
    if (this.#connection !== undefined) return { ok: true, value: this.#connection };
    const store = new ModelStore(new URL('models/', document.baseURI));
    const manifest = await store.manifest(MODEL);
    if (!manifest.ok) return manifest;
    const onProgress = (progress: Progress): void => {
      if (attempt === this.#attempt) this.#progress = progress;
    };
    const graph = await store.file(manifest.value, GRAPH, { onProgress });
    if (!graph.ok) return graph;
    const weights = await store.file(manifest.value, WEIGHTS, { onProgress });
    if (!weights.ok) return weights;
    const worker = await startWorker(humUrl, 'hum');
    if (!worker.ok) return worker;
    const connection = connectWorker<HumApi>(worker.value);
    const { bytes } = weights.value;
    const parsed: unknown = JSON.parse(new TextDecoder().decode(graph.value.bytes));
    const loaded = await connection.api.load(parsed, transfer(bytes, [bytes]));
    if (!loaded.ok || attempt !== this.#attempt) {
      connection.close();
      return loaded.ok ? fail('cancelled', 'The recording was not turned into notes.') : loaded;
    }
    this.#connection = connection;
    return { ok: true, value: connection };
  }
}
