import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';

/** What is done to a photograph to make another file of the same picture. */
interface Recipe {
  /** Of the variants that are reported together. */
  readonly kind: 'recompression' | 'resizing' | 'cropping 10 %' | 'flipping' | 'brightness';
  readonly name: string;
  readonly type: 'image/jpeg' | 'image/webp';
  /** Of the encoder, [0, 1]. */
  readonly quality: number;
  /** Share of each side that is kept, and where the kept part begins, in shares of what was cut away. */
  readonly keep?: number;
  readonly at?: readonly [number, number];
  readonly scale?: number;
  readonly flip?: boolean;
  /** By which every channel is multiplied. */
  readonly brightness?: number;
}

/** The quality that a browser's own encoder takes when nothing is said. */
const PLAIN = { type: 'image/jpeg', quality: 0.92 } as const;

/** Twelve variants of each photograph. */
export const RECIPES: readonly Recipe[] = [
  { kind: 'recompression', name: 'jpeg-75', type: 'image/jpeg', quality: 0.75 },
  { kind: 'recompression', name: 'jpeg-30', type: 'image/jpeg', quality: 0.3 },
  { kind: 'recompression', name: 'webp-50', type: 'image/webp', quality: 0.5 },
  { kind: 'resizing', name: 'half', ...PLAIN, scale: 0.5 },
  { kind: 'resizing', name: 'third', ...PLAIN, scale: 1 / 3 },
  { kind: 'resizing', name: 'double', ...PLAIN, scale: 2 },
  { kind: 'cropping 10 %', name: 'crop-middle', ...PLAIN, keep: 0.9, at: [0.5, 0.5] },
  { kind: 'cropping 10 %', name: 'crop-corner', ...PLAIN, keep: 0.9, at: [0, 0] },
  { kind: 'cropping 10 %', name: 'crop-anywhere', ...PLAIN, keep: 0.9, at: [0.25, 0.8] },
  { kind: 'flipping', name: 'flipped', ...PLAIN, flip: true },
  { kind: 'brightness', name: 'darker', ...PLAIN, brightness: 0.7 },
  { kind: 'brightness', name: 'brighter', ...PLAIN, brightness: 1.3 },
];

/** Runs in the page: one photograph → its variants, as base64. */
async function draw({ source, recipes }: { source: string; recipes: readonly Recipe[] }): Promise<string[]> {
  const bytes = Uint8Array.from(atob(source), (char) => char.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes]));
  const made: string[] = [];
  for (const { type, quality, keep = 1, at = [0, 0], scale = 1, flip = false, brightness = 1 } of recipes) {
    const width = Math.round(bitmap.width * keep);
    const height = Math.round(bitmap.height * keep);
    const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('this browser gives no canvas');
    context.imageSmoothingQuality = 'high';
    context.filter = `brightness(${brightness})`;
    if (flip) {
      context.translate(canvas.width, 0);
      context.scale(-1, 1);
    }
    const left = (bitmap.width - width) * at[0];
    const top = (bitmap.height - height) * at[1];
    context.drawImage(bitmap, left, top, width, height, 0, 0, canvas.width, canvas.height);
    const blob = await canvas.convertToBlob({ type, quality });
    if (blob.type !== type) throw new Error(`this browser writes no ${type}`);
    let text = '';
    for (const byte of new Uint8Array(await blob.arrayBuffer())) text += String.fromCharCode(byte);
    made.push(btoa(text));
  }
  return made;
}

/**
 * Writes each photograph and its variants into a folder of its own: which pictures belong together is then in their names.
 *
 * @param page an empty page, whose canvas makes the variants
 * @param files the photographs
 * @param folder where to
 * @returns how many files were written
 */
export async function writeVariants(page: Page, files: readonly string[], folder: string): Promise<number> {
  for (const [index, file] of files.entries()) {
    const bytes = readFileSync(file);
    const own = join(folder, String(index).padStart(4, '0'));
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'original.jpg'), bytes);
    const made = await page.evaluate(draw, { source: bytes.toString('base64'), recipes: RECIPES });
    for (const [at, { name, type }] of RECIPES.entries())
      writeFileSync(
        join(own, `${name}.${type.slice('image/'.length)}`),
        Buffer.from(made[at] ?? '', 'base64'),
      );
  }
  return files.length * (1 + RECIPES.length);
}
