import { describe } from '../../../kernel/result.ts';
import { openNetwork, OrtStartError, Tensor, type InferenceSession } from '../../../platform/ort.ts';
import { pause } from '../../../platform/rpc-pause.ts';
import { pastNames } from '../engine/speech/cached-decoder.ts';
import { readConfig, type ConfigFiles, type SpeechConfig } from '../engine/speech/config.ts';
import { FileFault } from '../engine/speech/file-fault.ts';
import type { Runtime, Session } from '../engine/speech/session.ts';
import { readTokenizer } from '../engine/speech/tokenizer.ts';
import { hearPiece, SPEECH_RATE, type OpenNetwork } from '../engine/speech/transcriber.ts';

/** Text files that tell what a network is. */
export const CONFIG_FILES = [
  'config.json',
  'tokenizer.json',
  'generation_config.json',
  'preprocessor_config.json',
] as const;

/** A file's bytes with its name. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Files of a network. */
export interface NetworkFiles {
  /** Contents of `CONFIG_FILES`, those that are there. */
  readonly texts: ConfigFiles;
  readonly encoder: NamedBytes;
  readonly decoder: NamedBytes;
}

/** An open network, to be closed. */
export interface RunningNetwork extends OpenNetwork {
  close(): Promise<void>;
}

const runtime: Runtime = {
  floats: (data, dims) => new Tensor('float32', data, dims),
  integers: (data, dims) => new Tensor('int64', data, dims),
  flags: (data, dims) => new Tensor('bool', data, dims),
};

const toSession = (session: InferenceSession): Session => ({
  inputNames: session.inputNames,
  outputNames: session.outputNames,
  // What the engine hands over came from `runtime` or from a run.
  run: async (feeds) => {
    // A run keeps the worker busy: what was asked meanwhile, such as to stop, is read before the next one.
    await pause();
    return session.run(feeds as Readonly<Record<string, Tensor>>);
  },
});

async function openGraph({ name, bytes }: NamedBytes): Promise<InferenceSession> {
  try {
    return await openNetwork(bytes);
  } catch (thrown) {
    if (thrown instanceof OrtStartError) throw thrown;
    const found = `${bytes.length.toLocaleString('en')} bytes that are none (${describe(thrown).slice(0, 200)})`;
    throw new FileFault(name, 'an ONNX network', found);
  }
}

function checkNames(file: string, what: string, found: readonly string[], wanted: readonly string[]): void {
  const lacks = wanted.filter((name) => !found.includes(name));
  if (lacks.length > 0)
    throw new FileFault(file, `the ${what} ${lacks.slice(0, 3).join(', ')}`, found.slice(0, 6).join(', '));
}

function checkGraphs(
  config: SpeechConfig,
  encoder: InferenceSession,
  decoder: InferenceSession,
  names: { readonly encoder: string; readonly decoder: string },
): void {
  const heard = config.kind === 'moonshine' ? 'input_values' : 'input_features';
  checkNames(names.encoder, 'input', encoder.inputNames, [heard]);
  checkNames(names.encoder, 'output', encoder.outputNames, ['last_hidden_state']);
  const past = pastNames(config.decoder.layers);
  const inputs = ['input_ids', 'encoder_hidden_states', ...past];
  checkNames(names.decoder, 'input', decoder.inputNames, inputs);
  const outputs = ['logits', ...past.map((name) => name.replace('past_key_values', 'present'))];
  checkNames(names.decoder, 'output', decoder.outputNames, outputs);
  const known = new Set([...inputs, 'use_cache_branch', 'encoder_attention_mask']);
  const unknown = decoder.inputNames.filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new FileFault(
      names.decoder,
      `a decoder of ${config.decoder.layers} layers, as config.json says`,
      `the input ${unknown[0] ?? ''}`,
    );
}

/**
 * Opens a network.
 *
 * @param files of it
 * @returns the network
 * @throws FileFault that names the file and what was expected; OrtStartError when nothing can be opened
 */
export async function openFiles({ texts, encoder, decoder }: NetworkFiles): Promise<RunningNetwork> {
  const json = texts['tokenizer.json'];
  if (json === undefined) throw new FileFault('tokenizer.json', 'it beside the network', 'no such file');
  const tokenizer = readTokenizer(json);
  const config = readConfig(texts, tokenizer);
  const opened: InferenceSession[] = [];
  const close = async (): Promise<void> => {
    for (const session of opened) await session.release();
  };
  try {
    const first = await openGraph(encoder);
    opened.push(first);
    const second = await openGraph(decoder);
    opened.push(second);
    checkGraphs(config, first, second, { encoder: encoder.name, decoder: decoder.name });
    return { config, tokenizer, runtime, encoder: toSession(first), decoder: toSession(second), close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/**
 * Runs a network once on a second of silence: what its files say of its shapes is true then.
 *
 * @param network that was just opened
 * @param files where it came from
 * @throws FileFault when it cannot be run
 */
export async function tryOut(network: OpenNetwork, files: NetworkFiles): Promise<void> {
  let isPastEncoder = false;
  const { encoder } = network;
  const watched: Session = {
    ...encoder,
    run: async (feeds) => {
      const outputs = await encoder.run(feeds);
      isPastEncoder = true;
      return outputs;
    },
  };
  try {
    const language = network.config.kind === 'whisper' ? ([...network.config.languages.keys()][0] ?? '') : '';
    await hearPiece({ ...network, encoder: watched }, new Float32Array(SPEECH_RATE), { language });
  } catch (thrown) {
    const { name } = isPastEncoder ? files.decoder : files.encoder;
    throw new FileFault(name, 'what config.json says', describe(thrown).slice(0, 300));
  }
}
