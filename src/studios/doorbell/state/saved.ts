import { ok } from '../../../kernel/result.ts';
import type { Message } from '../engine/message.ts';
import { saneSettings } from '../engine/settings.ts';
import { readFile, writeFile, type DoorbellFileResult, type SavedMessage } from './file.ts';
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
  const settings = Object.fromEntries(set.filter(([key]) => !NOT_CARRIED.has(key)));
  return writeFile(saved, settings, await store.greetings());
}

/**
 * Adds what such a file holds: messages under new names where theirs are taken, settings where the person has none of
 * their own.
 *
 * @returns how many messages it held
 * @throws StorageError; what was stored before is intact then
 */
export async function openAll(
  store: MessageStore,
  file: Blob,
  name: string,
): Promise<DoorbellFileResult<number>> {
  const read = await readFile(file, name);
  if (!read.ok) return read;
  const { messages, settings, greetings } = read.value;
  const taken = new Set((await store.list()).map(({ id }) => id));
  await store.add(
    messages.map(({ message, sound }) => ({
      message: taken.has(message.id) ? { ...message, id: crypto.randomUUID() } : message,
      sound,
    })),
  );
  const spoken = new Set((await store.greetings()).map(({ language }) => language));
  for (const greeting of greetings) if (!spoken.has(greeting.language)) await store.putGreeting(greeting);
  const own = asObject(await store.settings());
  const sane = Object.entries(saneSettings(settings, navigator.language));
  const wanted = sane.filter(([key]) => key in settings && !(key in own) && !NOT_CARRIED.has(key));
  if (wanted.length > 0) await store.changeSettings(Object.fromEntries(wanted));
  return ok(messages.length);
}

const asObject = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
