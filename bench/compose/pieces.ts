import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { freshProfile, openBrowser, type OpenBrowser } from '../../cli/site/open-site.ts';
import { mulberry32 } from '../../src/kernel/rng.ts';
import { toJson } from '../../src/studios/compose/engine/composition-file.ts';
import { emptyDraft, type Composition } from '../../src/studios/compose/engine/composition.ts';
import type { InstrumentId } from '../../src/studios/compose/engine/mixer-settings.ts';
import { sortNotes, TICKS_PER_STEP, type ScoreNote } from '../../src/studios/compose/engine/score.ts';
import { installTaps } from './sound-taps.ts';

export const MANY_NOTES = 2000;
const STEPS_PER_BAR = 16;

/** A note as a piece is made of. */
export type Given = Pick<ScoreNote, 'startTick' | 'lengthTick' | 'pitchMidi'>;

/** A composition as the page saves it. */
export function savedFile(
  title: string,
  bars: number,
  notes: readonly Given[],
  instrument: InstrumentId,
): Buffer {
  const draft = emptyDraft(title);
  const piece: Composition = {
    id: `bench-${title}`,
    createdAtMs: 0,
    changedAtMs: 0,
    versions: [],
    draft: {
      ...draft,
      mixer: {
        ...draft.mixer,
        isLooping: true,
        parts: draft.mixer.parts.map((part) => ({ ...part, instrument })),
      },
      score: {
        ...draft.score,
        bars,
        notes: sortNotes(notes.map((note, i) => ({ ...note, id: i + 1, velocity: 80, author: 'person' }))),
      },
    },
  };
  const json = JSON.stringify([toJson(piece)]);
  return Buffer.from(`ATELIER-COMPOSE 1\n${createHash('sha256').update(json).digest('hex')}\n${json}`);
}

/** Very many notes, anywhere: in sixteen bars eight begin in each sixteenth. */
export function manyNotes(bars: number): Given[] {
  const rng = mulberry32(7);
  const whole = (below: number): number => Math.floor(rng() * below);
  return Array.from({ length: MANY_NOTES }, () => ({
    startTick: whole(bars * STEPS_PER_BAR) * TICKS_PER_STEP,
    lengthTick: (1 + whole(4)) * TICKS_PER_STEP,
    pitchMidi: 36 + whole(60),
  }));
}

/** Opens a saved piece. @param folder where its file is put */
export async function openPiece(page: Page, folder: string, file: Buffer, title: string): Promise<void> {
  const path = join(folder, `${title}.atelier`);
  writeFileSync(path, file);
  await page.getByLabel('Open a file').setInputFiles(path);
  await page.waitForFunction(
    (wanted) => document.querySelector<HTMLInputElement>('input[aria-label="Title"]')?.value === wanted,
    title,
  );
}

/** The page of Compose in a browser and with a profile of its own, whose folder may take files. */
export async function openCompose(url: string): Promise<OpenBrowser & { readonly folder: string }> {
  const profile = freshProfile();
  const browser = await openBrowser(profile);
  await browser.context.addInitScript(installTaps);
  await browser.page.goto(`${url}#/compose`);
  await browser.page.locator('main[data-ready="true"]').waitFor();
  const close = async (): Promise<void> => {
    await browser.close();
    profile.remove();
  };
  return { ...browser, folder: profile.dir, close };
}
