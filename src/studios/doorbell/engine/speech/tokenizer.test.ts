import { describe, expect, it } from 'vitest';
import { readTokenizer } from './tokenizer.ts';

const SENTENCE_PIECE = {
  type: 'Sequence',
  decoders: [
    { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
    { type: 'ByteFallback' },
    { type: 'Fuse' },
    { type: 'Strip', content: ' ', start: 1, stop: 0 },
  ],
};

const tokenizer = (model: unknown, decoder: unknown, added: unknown = []): string =>
  JSON.stringify({ model, decoder, added_tokens: added });

describe('a tokenizer of SentencePiece', () => {
  const pieces = ['<unk>', '<s>', '</s>', '▁Hel', 'lo', ',', '▁', '<0xE2>', '<0x82>', '<0xAC>', '▁5', 'Å'];
  const vocab = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  const added = ['<unk>', '<s>', '</s>'].map((content, id) => ({ content, id, special: true }));
  const { decode, idOf, size, special } = readTokenizer(tokenizer({ vocab }, SENTENCE_PIECE, added));

  it('makes words of pieces, and letters of bytes', () => {
    expect(decode([1, 3, 4, 5, 10, 7, 8, 9, 2])).toBe('Hello, 5€');
    expect(decode([11, 6, 3])).toBe('Å  Hel');
  });

  it('leaves out what it does not know', () => {
    expect(decode([3, 99, 4, -1])).toBe('Hello');
    expect(decode([])).toBe('');
  });

  it('puts a mark for bytes that are no letter', () => {
    expect(decode([3, 7, 4])).toBe('Hel\ufffdlo');
  });

  it('knows ids and special tokens', () => {
    expect([size, idOf('lo'), idOf('nothing')]).toEqual([12, 4, undefined]);
    expect([...special]).toEqual([
      ['<unk>', 0],
      ['<s>', 1],
      ['</s>', 2],
    ]);
  });
});

describe('a tokenizer of bytes', () => {
  it('writes any text', () => {
    // GPT-2's letters: Ġ is a space, Ã and ¶ are the bytes of ö.
    const vocab = { Ġh: 0, Ã: 1, '¶': 2, r: 3, Ċ: 4 };
    const { decode } = readTokenizer(tokenizer({ vocab }, { type: 'ByteLevel' }));
    expect(decode([0, 1, 2, 3, 4])).toBe(' hör\n');
  });
});

describe('a tokenizer of Unigram', () => {
  it('has its ids in order', () => {
    const vocab = [
      ['▁a', -1],
      ['b', -2],
    ];
    const { decode } = readTokenizer(tokenizer({ vocab }, { type: 'Metaspace', replacement: '▁' }));
    expect(decode([0, 1, 0])).toBe('ab a');
  });
});

it.each([
  ['no JSON', 'oops', /tokenizer\.json: expected a JSON object, found 4 characters/],
  ['a list', '[1]', /expected a JSON object, found \[1\]/],
  ['no words', '{"model":{}}', /expected model\.vocab, found none/],
  ['no decoder', tokenizer({ vocab: { a: 0 } }, null), /expected a decoder, found null/],
  ['another decoder', tokenizer({ vocab: { a: 0 } }, { type: 'WordPiece' }), /found "WordPiece"/],
  ['an id that is none', tokenizer({ vocab: { a: 'x' } }, { type: 'Fuse' }), /"a" with "x"/],
  ['an id that is too large', tokenizer({ vocab: { a: 1e9 } }, { type: 'Fuse' }), /"a" with 1000000000/],
  [
    'a pattern',
    tokenizer({ vocab: { a: 0 } }, { type: 'Replace', pattern: { Regex: 'a' }, content: '' }),
    /a decoder that replaces a string/,
  ],
])('is refused with %s', (_name, json, message) => {
  expect(() => readTokenizer(json)).toThrow(message);
});
