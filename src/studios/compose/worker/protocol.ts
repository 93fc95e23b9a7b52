/**
 * What the worker of Compose says to the page: rolls and settings go in, edits come out as they are made.
 */
import type { MidiResult } from '../../../platform/midi-file.ts';
import type { Song } from '../../../platform/midi-file-song.ts';
import type { Result, StudioError } from '../../../kernel/result.ts';
import type { TaskOptions } from '../../../platform/rpc.ts';
import type { ArCnnShape } from '../engine/network-shape.ts';
import type { HeardNote } from '../engine/pitch-notes.ts';
import type { PieceEdit, PieceRequest } from '../engine/piece.ts';
import type { Roll } from '../engine/roll.ts';
import type { StopReason } from '../engine/sampler.ts';

export type ComposeErrorCode = 'bad-weights' | 'bad-request' | 'not-ready' | 'network-failed';

export type ComposeError = StudioError<ComposeErrorCode>;
export type ComposeResult<T> = Result<T, ComposeError>;

export interface ComposeInfo {
  readonly shape: ArCnnShape;
  /** Median of a short probe, milliseconds of one pass. */
  readonly passMs: number;
}

export interface ComposeOutcome {
  /** [T, P] */
  readonly roll: Roll;
  /** All edits of the run, those that it was resumed with too. */
  readonly edits: readonly PieceEdit[];
  /** `cancelled`: stopped by the person; what was made until then is kept. */
  readonly end: StopReason | 'cancelled';
  /** Cells. */
  readonly added: number;
  readonly removed: number;
  /** Passes of the network in this call. */
  readonly passes: number;
}

/** What the network would flip next. */
export interface Thought {
  /**
   * [T, P] float32: probability of each cell, at the temperature that a run would begin with; locked cells have none. A
   * piece of over 8 bars has several windows, each with its own shares over the steps that a run would write there.
   */
  readonly probabilities: Float32Array<ArrayBuffer>;
  readonly temperature: number;
}

export interface ComposeApi {
  /**
   * Takes the network (the weights transferred) and makes it ready. Called again, it takes the place of the one before.
   *
   * @param weights the bytes of weights.safetensors
   * @param manifest the parsed manifest.json
   */
  load(weights: ArrayBuffer, manifest: unknown): Promise<ComposeResult<ComposeInfo>>;
  /**
   * Runs the sampler to its end, or until the signal: then what it has made is the answer, not a failure.
   *
   * @param request what to run
   * @param made edits of an earlier run of the same request, to go on from
   * @param stream gets `readonly PieceEdit[]` after every pass; transferred, closed at the end
   */
  compose(
    request: PieceRequest,
    made: readonly PieceEdit[],
    stream: MessagePort,
    options?: TaskOptions,
  ): Promise<ComposeResult<ComposeOutcome>>;
  /**
   * A pass for each window, and no edit: what the network thinks of the roll as it is. Locks count; budgets, scale and veto,
   * which a run asks when it draws, do not.
   *
   * @param request what would be run
   */
  think(request: PieceRequest): Promise<ComposeResult<Thought>>;
  /** Tensors alive in this worker, for tests and the bench. */
  tensorCount(): number;
  /** Frees the network. */
  dispose(): void;
}

/** How a sheet is laid out. */
export type SheetLayout =
  | { readonly kind: 'paper' }
  | {
      readonly kind: 'screen';
      /** Of the whole, CSS pixels. */
      readonly widthPx: number;
      /** 1: as in print. */
      readonly zoom: number;
    };

/** SVG documents, one a page. */
export type SheetResult = Result<readonly string[], StudioError<'no-engraver' | 'not-engraved'>>;

/** Draws sheet music. */
export interface SheetApi {
  /**
   * @param musicXml partwise
   * @param layout A4 pages, or one long page of a width
   */
  engrave(musicXml: string, layout: SheetLayout): Promise<SheetResult>;
}

export type HumErrorCode = 'bad-weights' | 'not-ready' | 'network-failed';

/** Hears notes in a recording. */
export interface HumApi {
  /**
   * Takes the transcription network.
   *
   * @param graph the parsed model.json
   * @param weights the bytes of its one shard; transferred
   */
  load(graph: unknown, weights: ArrayBuffer): Promise<Result<void, StudioError<HumErrorCode>>>;
  /**
   * @param samples [N] float32, mono, 22,050 Hz; transferred
   * @returns one voice; none when nothing was hummed; code `cancelled` when the signal came first
   */
  transcribe(
    samples: Float32Array,
    options?: TaskOptions,
  ): Promise<Result<readonly HeardNote[], StudioError<HumErrorCode | 'cancelled'>>>;
}

/** Writes sound files. Stopped by ending its worker. */
export interface SoundApi {
  /**
   * @param channels [C][N] float32; transferred
   * @param sampleRate samples a second
   * @returns a WAV file
   * @see writeWav
   */
  wav(channels: readonly Float32Array[], sampleRate: number): Uint8Array<ArrayBuffer>;
  /**
   * @param channels [C][N] float32; transferred
   * @param sampleRate samples a second
   * @param title written into the file
   * @returns an Ogg Opus file, or why the browser made none
   * @see writeOpus
   */
  opus(
    channels: readonly Float32Array[],
    sampleRate: number,
    title: string,
    options?: TaskOptions,
  ): Promise<Result<ArrayBuffer, StudioError<'no-encoder'>>>;
}

/** Reads MIDI files apart from the page. */
export interface MidiApi {
  /** @see readSong */
  read(bytes: Uint8Array, name: string): MidiResult<Song>;
}
