import { describe, expect, it } from 'vitest';
import { pickFiles } from './given-network.ts';
import type { GivenFile } from './protocol-speech.ts';

describe('the files of a folder', () => {
  const given = (...names: string[]): GivenFile[] => names.map((name) => ({ name, file: new Blob(['x']) }));
  const text = ['net/config.json', 'net/tokenizer.json', 'net/generation_config.json', 'net/README.md'];

  it('are found wherever they lie, the smallest pair of graphs', () => {
    const picked = pickFiles(
      given(
        ...text,
        ...['', '_quantized', '_q4'].flatMap((variant) => [
          `net/onnx/encoder_model${variant}.onnx`,
          `net/onnx/decoder_model_merged${variant}.onnx`,
        ]),
      ),
    );
    expect(picked.folder).toBe('net');
    expect(picked.encoder.name).toBe('net/onnx/encoder_model_quantized.onnx');
    expect(picked.decoder.name).toBe('net/onnx/decoder_model_merged_quantized.onnx');
    expect(picked.texts.map(({ name }) => name)).toEqual(text.slice(0, 3));
  });

  it('may be of two variants, if there is no pair', () => {
    const picked = pickFiles(given(...text, 'encoder_model.onnx', 'decoder_model_merged_quantized.onnx'));
    expect([picked.encoder.name, picked.decoder.name]).toEqual([
      'encoder_model.onnx',
      'decoder_model_merged_quantized.onnx',
    ]);
  });

  it.each([
    [
      'config.json',
      ['tokenizer.json', 'encoder_model.onnx'],
      /^config\.json: expected it beside the network, found no such file/,
    ],
    [
      'a graph',
      ['config.json', 'tokenizer.json', 'encoder_model.onnx', 'decoder_model.onnx'],
      /^decoder_model_merged\.onnx: expected it, or decoder_model_merged_quantized\.onnx, found encoder_model\.onnx, decoder_model\.onnx/,
    ],
    ['any graph', ['config.json', 'tokenizer.json'], /^encoder_model\.onnx: .*found no such file/],
  ])('are refused without %s', (_name, names, message) => {
    expect(() => pickFiles(given(...names))).toThrow(message);
  });
});
