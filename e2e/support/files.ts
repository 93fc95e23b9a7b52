import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { samplePictures } from './look.ts';

/** A folder that is gone after the test. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-files-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * As many different photographs as asked for: the sample pictures, then copies with some bytes behind the end of the
 * picture, which makes them other files with other hashes.
 *
 * @param folder where to write them
 * @param howMany how many
 * @returns their paths
 */
export async function manyPictures(folder: string, howMany: number): Promise<string[]> {
  const samples = samplePictures(16);
  await mkdir(folder, { recursive: true });
  return Promise.all(
    Array.from({ length: howMany }, async (_, i) => {
      const bytes = await readFile(samples[i % samples.length] ?? '');
      const tail = Buffer.from(i < samples.length ? '' : `copy ${i}`);
      const path = join(folder, `picture-${String(i).padStart(4, '0')}.jpg`);
      await writeFile(path, Buffer.concat([bytes, tail]));
      return path;
    }),
  );
}
