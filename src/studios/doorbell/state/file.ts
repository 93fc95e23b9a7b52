import { strFromU8, strToU8, unzip, zip, type AsyncZippable, type Unzipped } from 'fflate';
import { fail, ok, type Result, type StudioError } from '../../../kernel/result.ts';
import { sha256Hex } from '../../../platform/storage/sha256.ts';
import { readMessage, type Message } from '../engine/message.ts';
import { messagesAsPage } from './file-page.ts';
import type { Greeting } from './store.ts';

export type DoorbellFileResult<T> = Result<T, StudioError<'bad-file' | 'too-large'>>;

export interface SavedMessage {
  readonly message: Message;
  readonly sound: Blob | undefined;
}
interface ReadMessage {
  readonly message: Message;
  readonly sound: ArrayBuffer | undefined;
}

interface ReadFile {
  readonly messages: readonly ReadMessage[];
  readonly greetings: readonly Greeting[];
  /** As they were written; nobody has looked at them yet. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const KIND = 'atelier-doorbell';
const VERSION = 1;
const INDEX = 'messages.json';
/** For whoever opens the file by hand. */
const NOTE = 'A backup of everything: “heard” is what was heard before words were hidden.';
const MAX_BYTES = 2_000_000_000;

interface SavedEntry extends Message {
  /** Name of the recording inside the file; empty: none. */
  readonly sound: string;
  readonly sha256: string;
}

interface SavedGreeting {
  readonly language: string;
  readonly type: string;
  readonly sound: string;
  readonly sha256: string;
}

const ENDINGS: Readonly<Record<string, string>> = {
  'audio/webm': 'webm',
  'audio/ogg': 'ogg',
  'audio/mp4': 'm4a',
};
/** How the file of a recording ends. */
export const endingOf = (type: string): string => ENDINGS[type.split(';')[0] ?? ''] ?? 'bin';

/** Messages as a ZIP folder: `index.html` to read, the recordings as they are, `messages.json` to open it again. */
export async function writeFile(
  saved: readonly SavedMessage[],
  settings: object,
  greetings: readonly Greeting[],
): Promise<Blob> {
  const files: AsyncZippable = {};
  const entries: SavedEntry[] = [];
  for (const { message, sound } of saved) {
    const stamp = new Date(message.atMs).toISOString().slice(0, 19).replace(/:/g, '-');
    const name = sound === undefined ? '' : `sounds/${stamp} ${message.id}.${endingOf(message.soundType)}`;
    const bytes = sound === undefined ? undefined : new Uint8Array(await sound.arrayBuffer());
    if (bytes !== undefined) files[name] = [bytes, { level: 0 }];
    entries.push({ ...message, sound: name, sha256: bytes === undefined ? '' : await sha256Hex(bytes) });
  }
  const spoken: SavedGreeting[] = [];
  for (const { language, type, bytes } of greetings) {
    const sound = `greetings/${language}.${endingOf(type)}`;
    files[sound] = [new Uint8Array(bytes), { level: 0 }];
    spoken.push({ language, type, sound, sha256: await sha256Hex(new Uint8Array(bytes)) });
  }
  const index = { kind: KIND, version: VERSION, note: NOTE, settings, greetings: spoken, messages: entries };
  files[INDEX] = strToU8(JSON.stringify(index, undefined, 1));
  files['index.html'] = strToU8(messagesAsPage(entries));
  const bytes = await new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => {
    zip(files, (error, data) => (error === null ? resolve(data) : reject(error)));
  });
  return new Blob([bytes], { type: 'application/zip' });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Reads such a file: all of it or nothing. */
export async function readFile(file: Blob, name: string): Promise<DoorbellFileResult<ReadFile>> {
  const bad = (what: string): DoorbellFileResult<never> =>
    fail('bad-file', `${name} cannot be opened: ${what}. Nothing was changed.`, {
      hint: 'Choose a file that Doorbell has saved.',
    });
  if (file.size > MAX_BYTES)
    return fail('too-large', `${name} has ${Math.round(file.size / 1e6)} MB. Nothing was changed.`);
  const files = await unzipped(new Uint8Array(await file.arrayBuffer()));
  const index = files?.[INDEX];
  if (files === undefined || index === undefined) return bad('it is of another kind, damaged or incomplete');
  const content = parse(strFromU8(index));
  if (content?.kind !== KIND || !Array.isArray(content.messages)) return bad('it is of another kind');
  if (content.version !== VERSION) return bad('it was saved by another version');
  const messages: ReadMessage[] = [];
  for (const entry of content.messages as unknown[]) {
    const message = readMessage(entry);
    if (message === undefined || !isObject(entry)) return bad('a message in it is damaged');
    const bytes = typeof entry.sound === 'string' && entry.sound !== '' ? files[entry.sound] : undefined;
    const isWhole = bytes === undefined ? entry.sound === '' : (await sha256Hex(bytes)) === entry.sha256;
    if (!isWhole) return bad('a recording in it is damaged or missing');
    messages.push({ message, sound: bytes === undefined ? undefined : bytes.slice().buffer });
  }
  const greetings: Greeting[] = [];
  // A file of an earlier version has none.
  for (const entry of Array.isArray(content.greetings) ? (content.greetings as unknown[]) : []) {
    const greeting = await readGreeting(entry, files);
    if (greeting === undefined) return bad('a greeting in it is damaged or missing');
    greetings.push(greeting);
  }
  return ok({ messages, greetings, settings: isObject(content.settings) ? content.settings : {} });
}

async function readGreeting(entry: unknown, files: Unzipped): Promise<Greeting | undefined> {
  if (!isObject(entry) || typeof entry.sound !== 'string' || typeof entry.language !== 'string')
    return undefined;
  const bytes = files[entry.sound];
  if (bytes === undefined || !/^[a-z]{2,3}(-[a-z0-9]+)*$/i.test(entry.language)) return undefined;
  if ((await sha256Hex(bytes)) !== entry.sha256) return undefined;
  const type = typeof entry.type === 'string' && /^audio\/[\w.+-]+(;.*)?$/.test(entry.type) ? entry.type : '';
  return { language: entry.language, type, bytes: bytes.slice().buffer };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

const unzipped = (bytes: Uint8Array): Promise<Unzipped | undefined> =>
  new Promise((resolve) => {
    unzip(bytes, (error, files) => resolve(error === null ? files : undefined));
  });
