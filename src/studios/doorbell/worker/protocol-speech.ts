import type { Result, StudioError } from '../../../kernel/result.ts';
import type { TaskOptions } from '../../../platform/rpc.ts';
import type { ModelErrorCode } from '../../../platform/model-store/manifest.ts';

export type SpeechErrorCode =
  | ModelErrorCode
  /** A file of a network is missing or not what it should be. */
  | 'bad-network'
  | 'no-room'
  | 'not-ready'
  | 'network-failed';
export type SpeechResult<T> = Result<T, StudioError<SpeechErrorCode>>;

/** A file that a person gave. */
export interface GivenFile {
  /** Relative path with `/`. */
  readonly name: string;
  readonly file: Blob;
}

/** What is noted about a network that a person brought. */
export interface SpeechNote {
  readonly title: string;
  /** Of the folder that it came in; empty for none. */
  readonly fileName: string;
  /** ISO 639 codes of the languages that it hears; empty: the network does not say. */
  readonly languages: readonly string[];
}

/** Words of a recording. */
export interface Heard {
  readonly words: string;
  /** Length of the recording, and what it took to write down, s. */
  readonly soundSec: number;
  readonly workSec: number;
}

/** Where sound comes from while it is spoken, and where its words go to. */
export interface AlongPorts {
  /** Gives chunks, [N] float32, mono. */
  readonly pcm: MessagePort;
  /** Takes all words so far, each time anew; whatever comes out of it ends the listening. */
  readonly words: MessagePort;
  /** Of the samples, Hz. */
  readonly sampleRate: number;
}

/** Runs speech networks, one at a time. */
export interface SpeechApi {
  /**
   * Opens a network of the site, and fetches what is not on this device.
   *
   * @param models the site's folder of models, an absolute address
   * @param name of the model
   * @param options progress in bytes
   */
  openSite(models: string, name: string, options: TaskOptions): Promise<SpeechResult<void>>;
  /**
   * Opens a network that a person brought.
   *
   * @param store address of the store
   * @param id of the network
   */
  openOwn(store: string, id: string): Promise<SpeechResult<void>>;
  /**
   * Reads a network from files, tries it out, and keeps it.
   *
   * @param store address of the store
   * @param files of any folder; those that are no part of a network are left alone
   * @param options progress in bytes
   * @returns the name that it is kept under
   */
  bring(
    store: string,
    files: readonly GivenFile[],
    options: TaskOptions,
  ): Promise<SpeechResult<{ readonly id: string; readonly note: SpeechNote }>>;
  /**
   * Writes down what is said, with the network that is open.
   *
   * @param samples [N] float32, mono, 16,000 Hz; transferred
   * @param language BCP 47
   * @param options progress in seconds of the recording
   */
  hear(samples: Float32Array, language: string, options: TaskOptions): Promise<SpeechResult<Heard>>;
  /**
   * Writes down what is being said, with the network that is open, until something comes out of `ports.words`. Recordings that
   * are asked for meanwhile have their turn in between.
   *
   * @param ports transferred
   * @param language BCP 47
   */
  along(ports: AlongPorts, language: string): Promise<SpeechResult<void>>;
}
