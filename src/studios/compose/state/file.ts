import { fail, ok, type Result, type StudioError } from '../../../kernel/result.ts';
import { sha256Hex } from '../../../platform/storage/sha256.ts';
import { CompositionFileError, readComposition, toJson } from '../engine/composition-file.ts';
import type { Composition } from '../engine/composition.ts';

export type ComposeFileResult<T> = Result<T, StudioError<'bad-file' | 'too-large'>>;

/** `ATELIER-COMPOSE 1`, the sha-256 of what follows, each on a line; then the compositions as JSON. */
const MAGIC = 'ATELIER-COMPOSE 1\n';
const HASH_LENGTH = 64;
const HEAD = MAGIC.length + HASH_LENGTH + 1;
const MAX_BYTES = 200_000_000;

/** One file that holds compositions. */
export async function writeFile(compositions: readonly Composition[]): Promise<Blob> {
  const json = new TextEncoder().encode(JSON.stringify(compositions.map(toJson)));
  return new Blob([MAGIC, await sha256Hex(json), '\n', json], { type: 'application/octet-stream' });
}

/** Reads such a file: all of it or nothing. */
export async function readFile(file: Blob, name: string): Promise<ComposeFileResult<readonly Composition[]>> {
  const bad = (what: string): ComposeFileResult<never> =>
    fail('bad-file', `${name} cannot be opened: ${what}. Nothing was changed.`, {
      hint: 'Choose a file that Compose has saved.',
    });
  if (file.size > MAX_BYTES)
    return fail('too-large', `${name} has ${Math.round(file.size / 1e6)} MB. Nothing was changed.`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const head = new TextDecoder().decode(bytes.subarray(0, HEAD));
  if (!head.startsWith('ATELIER-COMPOSE ')) return bad('it is of another kind');
  if (!head.startsWith(MAGIC)) return bad('it was saved by another version');
  const json = bytes.slice(HEAD);
  if ((await sha256Hex(json)) !== head.slice(MAGIC.length, MAGIC.length + HASH_LENGTH))
    return bad('it is damaged or incomplete');
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(json));
    return ok(Array.isArray(value) ? value.map(readComposition) : []);
  } catch (thrown) {
    if (thrown instanceof CompositionFileError || thrown instanceof SyntaxError) return bad(thrown.message);
    throw thrown;
  }
}
