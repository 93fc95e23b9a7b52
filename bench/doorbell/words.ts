import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Page } from '@playwright/test';
import { freshProfile, openBrowser } from '../../cli/site/open-site.ts';
import { UsageError } from '../../cli/look/folders.ts';
import { wordErrors } from '../../src/studios/doorbell/engine/speech/word-error-rate.ts';
import { row, type Row } from '../look/row.ts';
import { openStage } from '../look/stage.ts';
import type { OfflineEngine } from '../pages/speech-page.ts';

/** A recording and what is said in it. */
interface Spoken {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** Recordings with something in common. */
interface SpokenSet {
  readonly id: string;
  readonly title: string;
  readonly recordings: readonly Spoken[];
  readonly wordsToKnow: string;
  /** Word error rates that are allowed; that of an engine which is not meant for such speech is told beside. */
  readonly most: { readonly moonshine: number; readonly phrases?: number };
}

/** Sums over a set. */
interface Written {
  readonly errors: number;
  readonly words: number;
  readonly soundSec: number;
  readonly workSec: number;
}

const ENGINES: Readonly<Record<OfflineEngine, string>> = {
  moonshine: 'Moonshine tiny',
  phrases: 'names and set phrases (soundswallower)',
};
const FLITE = 'src/studios/doorbell/worker/fixtures';
const PEOPLE = 'bench/doorbell/speech';
/** Each recording is written down so often; the time is that of the last. */
const TIMES = 2;
/** Work for each second of sound that is allowed, s: words are there soon after the visitor stops. */
const MOST_FACTOR = 1;

function readSet(folder: string): readonly Spoken[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.wav') && existsSync(join(folder, name.replace(/\.wav$/, '.txt'))))
    .sort();
  if (names.length === 0) throw new UsageError(`${folder}: no NAME.wav with its NAME.txt`);
  return names.map((name) => ({
    name,
    path: join(folder, name),
    text: readFileSync(join(folder, name.replace(/\.wav$/, '.txt')), 'utf8'),
  }));
}

function setsOf(dir: string | undefined): readonly SpokenSet[] {
  const sets: SpokenSet[] = [
    {
      id: 'people',
      title: 'people who read aloud, or speak to a machine',
      recordings: readSet(PEOPLE),
      wordsToKnow: '',
      // A grammar of what is said at doors knows next to nothing of it.
      most: { moonshine: 0.05 },
    },
    {
      id: 'flite',
      title: 'Flite, at a door',
      recordings: readSet(FLITE),
      wordsToKnow: 'Ana Miller\nSmith',
      most: { moonshine: 0.1, phrases: 0.6 },
    },
  ];
  if (dir !== undefined)
    sets.push({
      id: 'dir',
      title: basename(dir),
      recordings: readSet(dir),
      wordsToKnow: '',
      // What is in them is not known here; an engine that hears nothing at all fails.
      most: { moonshine: 0.9 },
    });
  return sets;
}

async function writeDown(page: Page, engine: OfflineEngine, set: SpokenSet): Promise<Written> {
  const sum = { errors: 0, words: 0, soundSec: 0, workSec: 0 };
  for (const { name, path, text } of set.recordings) {
    const asked = { engine, file: readFileSync(path).toString('base64'), known: set.wordsToKnow };
    let heard: Awaited<ReturnType<NonNullable<Window['speech']>['hear']>> | undefined;
    for (let time = 0; time < TIMES; time += 1)
      heard = await page.evaluate((of) => window.speech?.hear(of.engine, of.file, of.known), asked);
    if (heard === undefined) throw new Error('the page of the speech workers is gone');
    const { errors, words } = wordErrors(text, heard.words);
    if (errors > 0) console.log(`     ${engine}, ${name}: ${errors} of ${words}: “${heard.words}”`);
    sum.errors += errors;
    sum.words += words;
    sum.soundSec += heard.soundSec;
    sum.workSec += heard.workSec;
  }
  return sum;
}

function rowsOf(set: SpokenSet, written: Readonly<Record<OfflineEngine, Written>>): Row[] {
  return (Object.keys(ENGINES) as OfflineEngine[]).flatMap((engine) => {
    const atMost = set.most[engine];
    if (atMost === undefined) return [];
    const { errors, words, soundSec, workSec } = written[engine];
    const { phrases } = written;
    return [
      row({
        id: `words-${set.id}-${engine}`,
        what: `word error rate, ${set.title}: ${ENGINES[engine]}`,
        value: errors / words,
        unit: '',
        must: { atMost },
        beside: {
          errors,
          words,
          recordings: set.recordings.length,
          ...(set.most.phrases === undefined ? { [ENGINES.phrases]: phrases.errors / phrases.words } : {}),
        },
      }),
      row({
        id: `words-time-${set.id}-${engine}`,
        what: `work for a second of sound, ${set.title}: ${ENGINES[engine]}`,
        value: workSec / soundSec,
        unit: 's',
        must: { atMost: MOST_FACTOR },
        beside: { 'work, s': workSec, 'sound, s': soundSec },
      }),
    ];
  });
}

/**
 * Rows about what the offline engines make of recordings with known text, in the workers that the site ships.
 *
 * @param dir a folder of more recordings, each NAME.wav with NAME.txt
 * @throws UsageError when there are none in it
 */
export async function wordRows(dir: string | undefined): Promise<Row[]> {
  const sets = setsOf(dir);
  const stage = await openStage();
  const profile = freshProfile();
  const browser = await openBrowser(profile);
  try {
    const { page } = browser;
    await page.goto(`${stage.siteUrl}bench/speech.html`);
    await page.waitForFunction(() => window.speech !== undefined);
    const addresses = { speech: stage.workerAt('speech'), phrases: stage.workerAt('phrases') };
    await page.evaluate((of) => window.speech?.open(of), addresses);
    const rows: Row[] = [];
    for (const set of sets) {
      const moonshine = await writeDown(page, 'moonshine', set);
      rows.push(...rowsOf(set, { moonshine, phrases: await writeDown(page, 'phrases', set) }));
    }
    return rows;
  } finally {
    await browser.close();
    await stage.close();
    profile.remove();
  }
}
