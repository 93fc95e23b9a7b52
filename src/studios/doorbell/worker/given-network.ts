import { FileFault } from '../engine/speech/file-fault.ts';
import type { GivenFile } from './protocol-speech.ts';
import { CONFIG_FILES } from './speech-network.ts';

/** Beyond it a file is no part of a network that a tab can run. */
const MAX_TEXT = 64 * 2 ** 20;
const MAX_GRAPH = 768 * 2 ** 20;
/** What comes behind the name of a graph, in the order in which it is preferred: small ones first. */
const VARIANTS = ['_quantized', '_int8', '_uint8', '', '_q4', '_bnb4'];

/** Which files of a folder make a network. */
export interface PickedFiles {
  readonly texts: readonly GivenFile[];
  readonly encoder: GivenFile;
  readonly decoder: GivenFile;
  /** Of the folder that they came in; empty for none. */
  readonly folder: string;
}

const baseOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

function graph(files: ReadonlyMap<string, GivenFile>, stem: string, variant: string): GivenFile | undefined {
  return files.get(`${stem}${variant}.onnx`);
}

function missing(files: ReadonlyMap<string, GivenFile>, stem: string): FileFault {
  const others = [...files.keys()].filter((name) => name.endsWith('.onnx'));
  const found = others.length === 0 ? 'no such file' : others.slice(0, 4).join(', ');
  return new FileFault(`${stem}.onnx`, `it, or ${stem}_quantized.onnx`, found);
}

/**
 * Finds the files of a network in a folder as Hugging Face's ONNX repositories have it; where they lie in it does not matter.
 *
 * @param given any files
 * @returns those of the network, the smallest pair of graphs
 * @throws FileFault when one is missing or too large
 */
export function pickFiles(given: readonly GivenFile[]): PickedFiles {
  const files = new Map(given.map((each) => [baseOf(each.name), each]));
  const texts = CONFIG_FILES.flatMap((name) => files.get(name) ?? []);
  for (const name of ['config.json', 'tokenizer.json'])
    if (!files.has(name)) throw new FileFault(name, 'it beside the network', 'no such file');
  const stems = ['encoder_model', 'decoder_model_merged'] as const;
  const pairs = VARIANTS.map((variant) => stems.map((stem) => graph(files, stem, variant)));
  const either = stems.map((stem) => VARIANTS.map((variant) => graph(files, stem, variant)).find(Boolean));
  const [encoder, decoder] = pairs.find((pair) => pair.every(Boolean)) ?? either;
  if (encoder === undefined) throw missing(files, stems[0]);
  if (decoder === undefined) throw missing(files, stems[1]);
  for (const { name, file } of texts) checkSize(name, file.size, MAX_TEXT);
  for (const { name, file } of [encoder, decoder]) checkSize(name, file.size, MAX_GRAPH);
  const [config] = texts;
  const folder = config?.name.includes('/') === true ? (config.name.split('/').at(-2) ?? '') : '';
  return { texts, encoder, decoder, folder };
}

function checkSize(name: string, bytes: number, most: number): void {
  const inMb = (size: number): string => `${Math.ceil(size / 2 ** 20)} MB`;
  if (bytes > most) throw new FileFault(baseOf(name), `at most ${inMb(most)}`, inMb(bytes));
}
