import { describeValue, FileFault, readJson, type Json } from './file-fault.ts';
import type { Tokenizer } from './tokenizer.ts';

/** The attention of a decoder, as its cache is shaped. */
export interface DecoderShape {
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
}

interface Common {
  /** For people, e.g. `Whisper tiny`. */
  readonly title: string;
  readonly decoder: DecoderShape;
  /** Token that begins a text, and the one that ends it. */
  readonly start: number;
  readonly end: number;
  /** Tokens of a text, at most. */
  readonly most: number;
}

/** Moonshine: samples in, one language. */
export interface MoonshineConfig extends Common {
  readonly kind: 'moonshine';
}

/** Whisper: a spectrogram in, many languages or English alone. */
export interface WhisperConfig extends Common {
  readonly kind: 'whisper';
  readonly mels: number;
  /** Columns of the spectrogram, 10 ms each. */
  readonly frames: number;
  /** Token of each language by its code (ISO 639-1, a few of 639-3); empty: English alone. */
  readonly languages: ReadonlyMap<string, number>;
  readonly transcribe: number | undefined;
  readonly noTimestamps: number;
  readonly noSpeech: number | undefined;
  /** Tokens that are never taken, and those that are not taken first. */
  readonly suppressed: readonly number[];
  readonly suppressedFirst: readonly number[];
}

export type SpeechConfig = MoonshineConfig | WhisperConfig;

const CONFIG = 'config.json';
const GENERATION = 'generation_config.json';
const PREPROCESSOR = 'preprocessor_config.json';
/** Of the published networks, by the width of their states. */
const WHISPER_SIZES: Readonly<Record<number, string>> = {
  384: 'tiny',
  512: 'base',
  768: 'small',
  1024: 'medium',
  1280: 'large',
};
const MOONSHINE_SIZES: Readonly<Record<number, string>> = { 288: 'tiny', 416: 'base' };
/** Layers of a decoder that was cut short: large-v3-turbo and the distilled ones. */
const FEW_LAYERS = 4;
const MAX_LAYERS = 128;
const MAX_WIDTH = 16_384;
const MAX_FRAMES = 30_000;

function whole(
  json: Json,
  key: string,
  range: readonly [least: number, most: number],
  file = CONFIG,
): number {
  const value = json[key];
  const [least, most] = range;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw new FileFault(file, `${key} from ${least} to ${most}`, describeValue(value));
  return value;
}

const wholes = (value: unknown): readonly number[] =>
  Array.isArray(value) ? value.filter((each): each is number => Number.isInteger(each)) : [];

function decoderShape(width: number, layers: number, heads: number): DecoderShape {
  if (width % heads !== 0) throw new FileFault(CONFIG, `a width that ${heads} heads share`, String(width));
  return { layers, heads, headDim: width / heads };
}

// The code in `<|en|>`. Whisper has one code of its own making for Javanese.
function languageOf(token: string): string | undefined {
  const [, code] = /^<\|([a-z]{2,3})\|>$/.exec(token) ?? [];
  return code === 'jw' ? 'jv' : code;
}

function readMoonshine(config: Json, tokenizer: Tokenizer): MoonshineConfig {
  const width = whole(config, 'hidden_size', [1, MAX_WIDTH]);
  const heads = whole(config, 'decoder_num_attention_heads', [1, 256]);
  const keyHeads = whole(
    { decoder_num_key_value_heads: heads, ...config },
    'decoder_num_key_value_heads',
    [1, 256],
  );
  const { layers, headDim } = decoderShape(
    width,
    whole(config, 'decoder_num_hidden_layers', [1, MAX_LAYERS]),
    heads,
  );
  const token = (key: string): number => whole(config, key, [0, tokenizer.size - 1]);
  return {
    kind: 'moonshine',
    title: ['Moonshine', MOONSHINE_SIZES[width] ?? `of width ${width}`].join(' '),
    decoder: { layers, heads: keyHeads, headDim },
    start: token('decoder_start_token_id'),
    end: token('eos_token_id'),
    most: whole({ max_position_embeddings: 194, ...config }, 'max_position_embeddings', [1, 10_000]),
  };
}

function whisperTitle(width: number, layers: number, isMultilingual: boolean): string {
  const size = WHISPER_SIZES[width] ?? `of width ${width}`;
  const cut = width > 384 && layers <= FEW_LAYERS ? `, ${layers} layers` : '';
  return `Whisper ${size}${isMultilingual ? '' : ', English only'}${cut}`;
}

function readWhisper(config: Json, files: ConfigFiles, tokenizer: Tokenizer): WhisperConfig {
  const width = whole(config, 'd_model', [1, MAX_WIDTH]);
  const layers = whole(config, 'decoder_layers', [1, MAX_LAYERS]);
  const generation = readJson(GENERATION, needed(files, GENERATION));
  const mels = whole(config, 'num_mel_bins', [1, 512]);
  const preprocessor = files[PREPROCESSOR];
  if (preprocessor !== undefined) checkPreprocessor(readJson(PREPROCESSOR, preprocessor), mels);
  const token = (text: string): number => {
    const id = tokenizer.idOf(text);
    if (id === undefined) throw new FileFault('tokenizer.json', `the token ${text} of Whisper`, 'none');
    return id;
  };
  const languages = new Map<string, number>();
  for (const [text, id] of tokenizer.special) {
    const code = languageOf(text);
    if (code !== undefined) languages.set(code, id);
  }
  // Tokenizers of the networks for English alone name all languages as well.
  const isMultilingual = generation.is_multilingual !== false && languages.size > 0;
  const most = whole(config, 'max_target_positions', [8, 10_000]);
  return {
    kind: 'whisper',
    title: whisperTitle(width, layers, isMultilingual),
    decoder: decoderShape(width, layers, whole(config, 'decoder_attention_heads', [1, 256])),
    start: token('<|startoftranscript|>'),
    end: token('<|endoftext|>'),
    // Half of the positions were for what was said before: 2.3 of the paper.
    most: Math.floor(most / 2),
    mels,
    // The encoder's second convolution halves them.
    frames: 2 * whole(config, 'max_source_positions', [1, MAX_FRAMES / 2]),
    languages: isMultilingual ? languages : new Map(),
    transcribe: isMultilingual ? token('<|transcribe|>') : undefined,
    noTimestamps: token('<|notimestamps|>'),
    noSpeech: tokenizer.idOf('<|nospeech|>') ?? tokenizer.idOf('<|nocaptions|>'),
    suppressed: wholes(generation.suppress_tokens),
    suppressedFirst: wholes(generation.begin_suppress_tokens),
  };
}

function checkPreprocessor(preprocessor: Json, mels: number): void {
  const wanted = { feature_size: mels, hop_length: 160, n_fft: 400, sampling_rate: 16_000 };
  for (const [key, value] of Object.entries(wanted))
    if (preprocessor[key] !== undefined && preprocessor[key] !== value)
      throw new FileFault(PREPROCESSOR, `${key} ${value}`, describeValue(preprocessor[key]));
}

/** The text files of a network by name. */
export type ConfigFiles = Readonly<Record<string, string>>;

function needed(files: ConfigFiles, name: string): string {
  const found = files[name];
  if (found === undefined) throw new FileFault(name, 'it beside the network', 'no such file');
  return found;
}

/**
 * What a network's own files say of it.
 *
 * @param files `config.json`; of Whisper `generation_config.json`, and `preprocessor_config.json` where there is one
 * @param tokenizer of the network
 * @returns what is needed to run it
 * @throws FileFault when it is neither Moonshine nor Whisper, or a figure is missing or out of range
 */
export function readConfig(files: ConfigFiles, tokenizer: Tokenizer): SpeechConfig {
  const config = readJson(CONFIG, needed(files, CONFIG));
  if (config.model_type === 'moonshine') return readMoonshine(config, tokenizer);
  if (config.model_type === 'whisper') return readWhisper(config, files, tokenizer);
  throw new FileFault(CONFIG, 'model_type "moonshine" or "whisper"', describeValue(config.model_type));
}
