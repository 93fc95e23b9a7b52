import { ok } from '../../../kernel/result.ts';
import { sha256Hex } from '../../../platform/storage/sha256.ts';
import { abandoned, type Message } from '../engine/message.ts';
import { relayResumed } from '../engine/relay.ts';
import { saneSettings } from '../engine/settings.ts';
import { readFile, writeFile, type DoorbellFileResult, type SavedMessage } from './file.ts';
import { keepTrigger, keptTrigger } from './local-memory.ts';
import type { MessageStore } from './store.ts';

/**
 * Answers that a person gave to this browser; another one asks for itself, and opens no microphone or camera of its own accord.
 * Addresses of webhooks and topics are secrets.
 */
const NOT_CARRIED: ReadonlySet<string> = new Set([
  ...['allowsSending', 'notifies', 'relayAllowed', 'relay'],
  ...['hearsVoice', 'seesMovement'],
]);

/** One file that holds messages, their recordings, and what the person has set. */
export async function saveAll(
  store: MessageStore,
  messages: readonly Message[],
  soundOf: (message: Message) => Promise<Blob | undefined>,
): Promise<Blob> {
  const saved: SavedMessage[] = [];
  for (const message of messages) saved.push({ message, sound: await soundOf(message) });
  const set = Object.entries(asObject(await store.settings()));
  const trigger = keptTrigger();
  const settings = {
    ...Object.fromEntries(set.filter(([key]) => !NOT_CARRIED.has(key))),
    ...(trigger === undefined ? {} : { trigger }),
  };
  return writeFile(saved, settings, await store.greetings());
}

/** What became of the messages of a file. */
export interface Opened {
  readonly added: number;
  /** They were here already, as they are in the file. */
  readonly known: number;
  /** They were here, and have been changed since: both stay. */
  readonly changed: number;
}

/** Says so in words. */
export function openedWords({ added, known, changed }: Opened): string {
  const messages = (count: number): string => (count === 1 ? 'one message' : `${count} messages`);
  const were = (count: number): string => (count === 1 ? 'was' : 'were');
  const parts = [
    `${messages(added + changed)} ${were(added + changed)} added`,
    ...(known === 0 ? [] : [`${messages(known)} ${were(known)} there already`]),
    ...(changed === 0 ? [] : [`${messages(changed)} differed from what is here, so both are in the list`]),
  ].join('; ');
  return `${parts.charAt(0).toUpperCase()}${parts.slice(1)}.`;
}

/** What makes two messages the same is not how a browser names, marks, draws or passes it on. */
const NOT_CONTENT: ReadonlySet<string> = new Set<keyof Message>([
  ...(['id', 'isStarred', 'peaks', 'relay'] as const),
  // Measured anew when it is drawn.
  'soundSec',
]);
const contentOf = (message: Message): string =>
  JSON.stringify(
    Object.entries(message)
      .filter(([key]) => !NOT_CONTENT.has(key))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

const hashOf = async (sound: Blob | ArrayBuffer | undefined): Promise<string> =>
  sound === undefined
    ? ''
    : sha256Hex(new Uint8Array(sound instanceof Blob ? await sound.arrayBuffer() : sound));

/** Nobody plays a visit of a file any more, and what it waited to be sent, another browser may have sent. */
function settled(message: Message): Message {
  const { relay, ...ended } = abandoned(message);
  if (relay === undefined) return ended;
  if (relay.state === 'waiting')
    return { ...ended, relay: { ...relay, state: 'given-up', failure: 'it was opened from a file' } };
  return { ...ended, relay: relayResumed(relay, message.atMs, message.atMs) };
}

/**
 * Adds what such a file holds: messages that are not here yet, settings where the person has none of their own.
 *
 * @throws StorageError; what was stored before is intact then
 */
export async function openAll(
  store: MessageStore,
  file: Blob,
  name: string,
): Promise<DoorbellFileResult<Opened>> {
  const read = await readFile(file, name);
  if (!read.ok) return read;
  const { messages, settings, greetings } = read.value;
  const own = await store.list();
  const taken = new Set(own.map(({ id }) => id));
  const byContent = new Map<string, Message[]>();
  for (const message of own) {
    const content = contentOf(message);
    byContent.set(content, [...(byContent.get(content) ?? []), message]);
  }
  const fresh: { readonly message: Message; readonly sound: ArrayBuffer | undefined }[] = [];
  const counts = { added: 0, known: 0, changed: 0 };
  for (const { message: saved, sound } of messages) {
    const message = settled(saved);
    const same = await sameAs(store, byContent.get(contentOf(message)) ?? [], sound);
    if (same !== undefined) {
      counts.known += 1;
      if (message.isStarred && !same.isStarred) await store.change(same.id, { isStarred: true });
      continue;
    }
    const isTaken = taken.has(message.id);
    counts[isTaken ? 'changed' : 'added'] += 1;
    fresh.push({ message: isTaken ? { ...message, id: crypto.randomUUID() } : message, sound });
    taken.add(message.id);
  }
  await store.add(fresh);
  const spoken = new Set((await store.greetings()).map(({ language }) => language));
  for (const greeting of greetings) if (!spoken.has(greeting.language)) await store.putGreeting(greeting);
  const set = asObject(await store.settings());
  const sane = Object.entries(saneSettings(settings, navigator.language));
  const wanted = sane.filter(([key]) => key in settings && !(key in set) && !NOT_CARRIED.has(key));
  if (wanted.length > 0) await store.changeSettings(Object.fromEntries(wanted));
  const { trigger } = settings;
  // A file of an earlier version has none.
  if (typeof trigger === 'object' && trigger !== null && keptTrigger() === undefined) keepTrigger(trigger);
  return ok(counts);
}

/** The one of these messages that has this recording. */
async function sameAs(
  store: MessageStore,
  candidates: readonly Message[],
  sound: ArrayBuffer | undefined,
): Promise<Message | undefined> {
  if (candidates.length === 0) return undefined;
  const hash = await hashOf(sound);
  for (const candidate of candidates)
    if ((await hashOf(await store.sound(candidate))) === hash) return candidate;
  return undefined;
}

const asObject = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
