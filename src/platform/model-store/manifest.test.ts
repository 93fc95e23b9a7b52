import { describe, expect, it } from 'vitest';
import { readManifest } from './manifest.ts';

describe('readManifest', () => {
  const change = (part: object): string => JSON.stringify({ name: 'net', version: '1', files: [], ...part });
  const file = { path: 'a.bin', bytes: 1, sha256: 'a'.repeat(64) };

  it.each([
    ['no JSON', '<!doctype html>'],
    ['no object', '[]'],
    ['another model', change({ name: 'other', files: [file] })],
    ['no version', change({ version: 1, files: [file] })],
    ['no files', change({})],
    ['a path upwards', change({ files: [{ ...file, path: '../a.bin' }] })],
    ['an absolute path', change({ files: [{ ...file, path: '/a.bin' }] })],
    ['another host', change({ files: [{ ...file, path: '//evil.example/a' }] })],
    ['an absurd length', change({ files: [{ ...file, bytes: 2 ** 40 }] })],
    ['a length of nothing', change({ files: [{ ...file, bytes: 0 }] })],
    ['a broken hash', change({ files: [{ ...file, sha256: 'A'.repeat(64) }] })],
  ])('refuses %s', (_what, text) => {
    expect(readManifest(text, 'net')).toMatchObject({ ok: false, error: { code: 'model-manifest' } });
  });
});
