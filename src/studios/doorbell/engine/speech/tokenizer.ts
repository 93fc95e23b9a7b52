import { describeValue, FileFault, isObject, readJson, type Json } from './file-fault.ts';
import { fromUtf8 } from './utf8.ts';

const FILE = 'tokenizer.json';
/** No tokenizer of a speech network is near it. */
const MAX_TOKENS = 1_000_000;

/** One step from pieces to text: pieces in, pieces out. */
type Step = (pieces: readonly string[]) => readonly string[];

/** From token ids to words. There is no way back: nothing here writes tokens. */
export interface Tokenizer {
  /** Ids are 0 … size − 1. */
  readonly size: number;
  /** The id of a token by its text; of special tokens, too. */
  readonly idOf: (text: string) => number | undefined;
  /** Special tokens by their text, in order of their ids. */
  readonly special: ReadonlyMap<string, number>;
  /** The text of tokens; special ones and unknown ids are left out. */
  readonly decode: (ids: readonly number[]) => string;
}

const BYTE_PIECE = /^<0x([0-9A-Fa-f]{2})>$/;

// Runs of byte pieces become the characters that they spell.
function byteFallback(pieces: readonly string[]): readonly string[] {
  const out: string[] = [];
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length > 0) out.push(fromUtf8(bytes));
    bytes = [];
  };
  for (const piece of pieces) {
    const [, hex] = BYTE_PIECE.exec(piece) ?? [];
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else {
      flush();
      out.push(piece);
    }
  }
  flush();
  return out;
}

// GPT-2's way to write any byte as a printable letter, turned round.
function byteLetters(): ReadonlyMap<string, number> {
  const letters = new Map<string, number>();
  let next = 256;
  for (let byte = 0; byte < 256; byte += 1) {
    const isPrintable =
      (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
    letters.set(String.fromCodePoint(isPrintable ? byte : next), byte);
    if (!isPrintable) next += 1;
  }
  return letters;
}

function byteLevel(): Step {
  const letters = byteLetters();
  return (pieces) => [
    fromUtf8(
      [...pieces.join('')].flatMap((letter) => {
        const byte = letters.get(letter);
        return byte === undefined ? [] : [byte];
      }),
    ),
  ];
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const count = (value: unknown): number => (typeof value === 'number' && value > 0 ? Math.floor(value) : 0);

function strip({ content, start, stop }: Json): Step {
  const letter = text(content);
  return (pieces) =>
    pieces.map((piece) => {
      let from = 0;
      let to = piece.length;
      while (from < count(start) && from < to && piece[from] === letter) from += 1;
      for (let done = 0; done < count(stop) && to > from && piece[to - 1] === letter; done += 1) to -= 1;
      return piece.slice(from, to);
    });
}

function stepsOf(decoder: unknown): readonly Step[] {
  if (!isObject(decoder)) throw new FileFault(FILE, 'a decoder', describeValue(decoder));
  switch (decoder.type) {
    case 'Sequence':
      return (Array.isArray(decoder.decoders) ? decoder.decoders : []).flatMap(stepsOf);
    case 'Replace': {
      const pattern = isObject(decoder.pattern) ? decoder.pattern.String : undefined;
      if (typeof pattern !== 'string' || pattern === '')
        throw new FileFault(FILE, 'a decoder that replaces a string', describeValue(decoder.pattern));
      const content = text(decoder.content);
      return [(pieces) => pieces.map((piece) => piece.replaceAll(pattern, () => content))];
    }
    case 'Metaspace': {
      const mark = text(decoder.replacement) || '▁';
      return [
        (pieces) => [
          pieces
            .map((piece) => piece.replaceAll(mark, ' '))
            .join('')
            .replace(/^ /, ''),
        ],
      ];
    }
    case 'ByteFallback':
      return [byteFallback];
    case 'Fuse':
      return [(pieces) => [pieces.join('')]];
    case 'Strip':
      return [strip(decoder)];
    case 'ByteLevel':
      return [byteLevel()];
    default:
      throw new FileFault(
        FILE,
        'decoders of the types Sequence, Replace, Metaspace, ByteFallback, Fuse, Strip or ByteLevel',
        describeValue(decoder.type),
      );
  }
}

function vocabularyOf(model: unknown): Map<string, number> {
  const vocabulary = isObject(model) ? model.vocab : undefined;
  // Unigram models list [piece, score]; the others map pieces to ids.
  const entries: (readonly [unknown, unknown])[] = Array.isArray(vocabulary)
    ? vocabulary.map((entry: unknown, id) => [Array.isArray(entry) ? entry[0] : undefined, id] as const)
    : Object.entries(isObject(vocabulary) ? vocabulary : {});
  if (entries.length === 0) throw new FileFault(FILE, 'model.vocab', 'none');
  return new Map(entries.map((entry) => soundEntry(...entry)));
}

function soundEntry(piece: unknown, id: unknown): readonly [string, number] {
  if (typeof piece !== 'string' || typeof id !== 'number' || !(id >= 0 && id < MAX_TOKENS))
    throw new FileFault(FILE, 'tokens with ids', `${describeValue(piece)} with ${describeValue(id)}`);
  return [piece, id];
}

/**
 * Reads a tokenizer in the format of Hugging Face's tokenizers, as far as decoding needs it.
 *
 * @param json content of `tokenizer.json`
 * @returns the tokenizer
 * @throws FileFault when it has no vocabulary, or a decoder of another kind
 * @see https://huggingface.co/docs/tokenizers/api/decoders
 */
export function readTokenizer(json: string): Tokenizer {
  const file = readJson(FILE, json);
  const ids = vocabularyOf(file.model);
  const special = new Map<string, number>();
  for (const added of Array.isArray(file.added_tokens) ? (file.added_tokens as unknown[]) : []) {
    if (!isObject(added)) continue;
    const [content, id] = soundEntry(added.content, added.id);
    ids.set(content, id);
    if (added.special === true) special.set(content, id);
  }
  const pieces: string[] = [];
  for (const [piece, id] of ids) pieces[id] = piece;
  const steps = stepsOf(file.decoder);
  const silent = new Set(special.values());
  return {
    size: pieces.length,
    special: new Map([...special].sort(([, a], [, b]) => a - b)),
    idOf: (content) => ids.get(content),
    decode: (tokens) => {
      const spoken = tokens.flatMap((id) => (silent.has(id) ? [] : [pieces[id] ?? '']));
      return steps.reduce<readonly string[]>((now, step) => step(now), spoken).join('');
    },
  };
}
