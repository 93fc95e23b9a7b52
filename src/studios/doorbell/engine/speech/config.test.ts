import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConfig, type ConfigFiles, type WhisperConfig } from './config.ts';
import { readTokenizer, type Tokenizer } from './tokenizer.ts';
import { whisperPrompt } from './transcriber.ts';

const WHISPER = new URL('../../worker/fixtures/whisper/', import.meta.url);
const MOONSHINE = new URL('../../../../../models/moonshine-tiny-en/', import.meta.url);
const read = (folder: URL, name: string): string => readFileSync(new URL(name, folder), 'utf8');
const NAMES = ['config.json', 'generation_config.json', 'preprocessor_config.json'];

const tokenizer = readTokenizer(read(WHISPER, 'tokenizer.json'));
const files: ConfigFiles = Object.fromEntries(NAMES.map((name) => [name, read(WHISPER, name)]));
const config = readConfig(files, tokenizer) as WhisperConfig;
const id = (text: string): number => tokenizer.idOf(text) ?? NaN;

/** The files with some fields of one changed. */
function changed(name: string, fields: Readonly<Record<string, unknown>>): ConfigFiles {
  return { ...files, [name]: JSON.stringify({ ...(JSON.parse(files[name] ?? '') as object), ...fields }) };
}

describe('Whisper’s files', () => {
  it('say what it is', () => {
    expect(config).toMatchObject({
      kind: 'whisper',
      title: 'Whisper of width 32',
      decoder: { layers: 2, heads: 4, headDim: 8 },
      mels: 80,
      frames: 3000,
      most: 32,
      start: id('<|startoftranscript|>'),
      end: id('<|endoftext|>'),
      noSpeech: id('<|nospeech|>'),
    });
    expect([...config.languages.keys()]).toEqual(['en', 'de', 'fr', 'jv']);
  });

  it('give the prompt of a language', () => {
    const tail = [id('<|transcribe|>'), id('<|notimestamps|>')];
    expect(whisperPrompt(config, 'de-AT')).toEqual([config.start, id('<|de|>'), ...tail]);
    expect(whisperPrompt(config, 'jv')).toEqual([config.start, id('<|jw|>'), ...tail]);
  });

  it('of a network for English alone name no languages', () => {
    const english = readConfig(changed('generation_config.json', { is_multilingual: false }), tokenizer);
    if (english.kind !== 'whisper') throw new Error('expected Whisper');
    expect(english.languages.size).toBe(0);
    expect(whisperPrompt(english, 'en-GB')).toEqual([english.start, id('<|notimestamps|>')]);
  });

  const refusal = (given: ConfigFiles, by: Tokenizer = tokenizer) => {
    return (): unknown => readConfig(given, by);
  };

  it.each([
    [
      'another kind',
      changed('config.json', { model_type: 'wav2vec2' }),
      /config\.json: expected model_type .*found "wav2vec2"/,
    ],
    [
      'no width',
      changed('config.json', { d_model: undefined }),
      /config\.json: expected d_model .*found nothing/,
    ],
    [
      'too many layers',
      changed('config.json', { decoder_layers: 1e6 }),
      /decoder_layers from 1 to 128, found 1000000/,
    ],
    [
      'heads that do not fit',
      changed('config.json', { decoder_attention_heads: 5 }),
      /a width that 5 heads share, found 32/,
    ],
    [
      'other windows',
      changed('preprocessor_config.json', { n_fft: 512 }),
      /preprocessor_config\.json: expected n_fft 400, found 512/,
    ],
    [
      'other rows',
      changed('preprocessor_config.json', { feature_size: 128 }),
      /expected feature_size 80, found 128/,
    ],
    ['half a file', { ...files, 'config.json': '{"model_type":' }, /config\.json: expected a JSON object/],
    ['no config', {}, /config\.json: expected it beside the network, found no such file/],
    [
      'no generation config',
      { 'config.json': files['config.json'] ?? '' },
      /generation_config\.json: expected it beside/,
    ],
  ])('are refused with %s', (_name, given, message) => {
    expect(refusal(given)).toThrow(message);
  });

  it('are refused with a tokenizer of another network', () => {
    const other = readTokenizer(read(MOONSHINE, 'tokenizer.json'));
    expect(refusal(files, other)).toThrow(
      /tokenizer\.json: expected the token <\|startoftranscript\|> of Whisper/,
    );
  });
});

describe('Moonshine’s files', () => {
  it('say what it is', () => {
    const words = readTokenizer(read(MOONSHINE, 'tokenizer.json'));
    expect(readConfig({ 'config.json': read(MOONSHINE, 'config.json') }, words)).toEqual({
      kind: 'moonshine',
      title: 'Moonshine tiny',
      decoder: { layers: 6, heads: 8, headDim: 36 },
      start: 1,
      end: 2,
      most: 194,
    });
  });
});
