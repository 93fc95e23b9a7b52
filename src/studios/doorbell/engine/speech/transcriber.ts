import type { CancelSignal } from '../../../../kernel/cancel.ts';
import { CachedDecoder } from './cached-decoder.ts';
import type { MoonshineConfig, SpeechConfig, WhisperConfig } from './config.ts';
import { nameOfLanguage } from './languages.ts';
import { greedy, type Decoded } from './greedy.ts';
import { HOP, logMel } from './log-mel.ts';
import { segmentsOf } from './segments.ts';
import type { Runtime, Session, Values } from './session.ts';
import type { Tokenizer } from './tokenizer.ts';

/** What the networks listen to, Hz. */
export const SPEECH_RATE = 16_000;
/** Moonshine was trained on pieces of 4 to 30 s: Jeffries et al., 3.2. */
const MOONSHINE_SEC = 30;
/** Silence before and behind a piece: what begins with the first sample is misheard. */
const MOONSHINE_PAD = SPEECH_RATE / 5;
/** Its convolutions need 895 samples. */
const MOONSHINE_LEAST = 1_000;
/** Tokens that anybody speaks in a second. */
const MOONSHINE_TOKENS_A_SEC = 6.5;
/** A piece in which Whisper sees no speech and is not sure of its words has none: Radford et al., 4.5. */
const NO_SPEECH = 0.6;
const UNSURE_LOG_PROB = -1;

/** An open network with all that belongs to it. */
export interface OpenNetwork {
  readonly config: SpeechConfig;
  readonly tokenizer: Tokenizer;
  readonly encoder: Session;
  readonly decoder: Session;
  readonly runtime: Runtime;
}

/** How a recording is heard. */
export interface HearingOptions {
  /** BCP 47; of Whisper. */
  readonly language: string;
  readonly signal?: CancelSignal | undefined;
  /** Called with the seconds that have been heard. */
  readonly onSeconds?: ((done: number) => void) | undefined;
  /**
   * Texts of pieces by where they begin, of a recording that is heard again when it has become longer: pieces before the last
   * one are cut as they were, and are not heard again.
   */
  readonly known?: Map<number, string> | undefined;
}

async function hearMoonshine(
  network: OpenNetwork & { readonly config: MoonshineConfig },
  samples: Float32Array,
  signal: CancelSignal | undefined,
): Promise<Decoded> {
  const decoded = await hearPadded(network, samples, MOONSHINE_PAD, signal);
  // With silence round them a few recordings of bare words end before they begin; noise gives no words either way.
  return decoded.tokens.length > 0 ? decoded : hearPadded(network, samples, 0, signal);
}

async function hearPadded(
  { encoder, decoder, runtime, config }: OpenNetwork & { readonly config: MoonshineConfig },
  samples: Float32Array,
  pad: number,
  signal: CancelSignal | undefined,
): Promise<Decoded> {
  const padded = new Float32Array(Math.max(samples.length + 2 * pad, MOONSHINE_LEAST));
  padded.set(samples, pad);
  const dims = [1, padded.length];
  const feeds: Record<string, Values> = { input_values: runtime.floats(padded, dims) };
  if (encoder.inputNames.includes('attention_mask'))
    feeds.attention_mask = runtime.integers(new BigInt64Array(padded.length).fill(1n), dims);
  const states = statesOf(await encoder.run(feeds));
  return greedy(new CachedDecoder(decoder, runtime, states, config.decoder, padded.length), {
    prompt: [config.start],
    end: config.end,
    most: Math.min(config.most - 1, Math.ceil((padded.length / SPEECH_RATE) * MOONSHINE_TOKENS_A_SEC)),
    signal,
  });
}

/**
 * The tokens that Whisper's text begins with.
 *
 * @param config of the network
 * @param language BCP 47
 * @returns begin, language and task where it has them, no timestamps
 */
export function whisperPrompt(config: WhisperConfig, language: string): readonly number[] {
  const { languages } = config;
  const spoken = nameOfLanguage(language, (code) => languages.has(code));
  return [
    config.start,
    spoken === undefined ? undefined : languages.get(spoken),
    config.transcribe,
    config.noTimestamps,
  ].filter((id) => id !== undefined);
}

async function hearWhisper(
  { encoder, decoder, runtime, config }: OpenNetwork & { readonly config: WhisperConfig },
  samples: Float32Array,
  language: string,
  signal: CancelSignal | undefined,
): Promise<Decoded> {
  const { mels, frames } = config;
  const features = runtime.floats(logMel(samples, mels, frames), [1, mels, frames]);
  const states = statesOf(await encoder.run({ input_features: features }));
  const prompt = whisperPrompt(config, language);
  const decoded = await greedy(new CachedDecoder(decoder, runtime, states, config.decoder, frames), {
    prompt,
    end: config.end,
    most: config.most - prompt.length,
    suppressed: config.suppressed,
    suppressedFirst: config.suppressedFirst,
    // Behind it there are timestamps only.
    barrier: config.noTimestamps,
    watched: config.noSpeech,
    signal,
  });
  const isSilence = decoded.watched > NO_SPEECH && decoded.meanLogProb < UNSURE_LOG_PROB;
  return isSilence ? { ...decoded, tokens: [] } : decoded;
}

function statesOf(outputs: Readonly<Record<string, Values>>): Values {
  const { last_hidden_state: states } = outputs;
  if (states === undefined) throw new Error('the encoder gave no last_hidden_state');
  return states;
}

/**
 * The tokens of one piece of a recording.
 *
 * @param network the network
 * @param samples [N] float32 in [−1, 1], mono, 16,000 Hz; no longer than `longestSec` of the network
 * @param options language, signal
 * @returns what was decoded
 * @throws what the signal and the network throw
 */
export function hearPiece(
  network: OpenNetwork,
  samples: Float32Array,
  { language, signal }: HearingOptions,
): Promise<Decoded> {
  const { config } = network;
  return config.kind === 'moonshine'
    ? hearMoonshine({ ...network, config }, samples, signal)
    : hearWhisper({ ...network, config }, samples, language, signal);
}

/**
 * How much a network hears in one go.
 *
 * @param config of the network
 * @returns seconds
 */
export const longestSec = (config: SpeechConfig): number =>
  config.kind === 'moonshine' ? MOONSHINE_SEC : (config.frames * HOP) / SPEECH_RATE;

/**
 * Writes down what is said in a recording of any length.
 *
 * @param network the network
 * @param samples [N] float32 in [−1, 1], mono, 16,000 Hz
 * @param options language, signal, progress
 * @returns the words with the network's own punctuation; empty when nothing is said
 * @throws what the signal and the network throw
 */
export async function transcribe(
  network: OpenNetwork,
  samples: Float32Array,
  options: HearingOptions,
): Promise<string> {
  const texts: string[] = [];
  for (const { from, to } of segmentsOf(samples, SPEECH_RATE, longestSec(network.config))) {
    options.signal?.throwIfAborted();
    options.onSeconds?.(from / SPEECH_RATE);
    const known = options.known?.get(from);
    if (known === undefined) {
      const { tokens } = await hearPiece(network, samples.subarray(from, to), options);
      texts.push(network.tokenizer.decode(tokens).trim());
    } else texts.push(known);
    // What ends where the sound so far ends goes on.
    if (to < samples.length) options.known?.set(from, texts.at(-1) ?? '');
  }
  options.onSeconds?.(samples.length / SPEECH_RATE);
  return texts.filter((text) => text !== '').join(' ');
}
