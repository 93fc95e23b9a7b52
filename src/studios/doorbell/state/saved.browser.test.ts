import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Message } from '../engine/message.ts';
import { openDoorbellData } from './data.ts';
import { keepTrigger, keptTrigger, localMemory } from './local-memory.ts';
import { openAll, openedWords, saveAll, type Opened } from './saved.ts';
import { MessageStore } from './store.ts';

const wait = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error(request.error?.message));
  });

let store: MessageStore;
beforeEach(async () => {
  localStorage.clear();
  store = await MessageStore.open(() => undefined);
});
afterEach(async () => {
  store.close();
  await wait(indexedDB.deleteDatabase('atelier-doorbell'));
  localStorage.clear();
});

const message = (fields: Partial<Message> = {}): Message => ({
  ...{ id: crypto.randomUUID(), atMs: 1000, distanceCm: 80, by: 'sensor', state: 'told', problems: [] },
  ...{ transcript: 'A parcel', heard: 'a parcel', engine: 'network', language: 'en-GB' },
  ...{ soundSec: 2, soundType: 'audio/webm', isStarred: false },
  ...fields,
});
const sound = (seed: number): ArrayBuffer => Uint8Array.from({ length: 50 }, (_, i) => i * seed).buffer;
const add = (each: Message, seed = 1): Promise<void> => store.add([{ message: each, sound: sound(seed) }]);
const save = async (): Promise<Blob> => saveAll(store, await store.list(), (each) => store.sound(each));
async function open(file: Blob): Promise<Opened> {
  const opened = await openAll(store, file, 'file.zip');
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

it('adds nothing of one’s own file, however often it is opened', async () => {
  await add(message({ peaks: 'AAAA' }), 1);
  await add(message({ atMs: 2000 }), 2);
  const file = await save();
  const before = await store.list();
  for (let i = 0; i < 2; i += 1) {
    expect(await open(file)).toEqual({ added: 0, known: 2, changed: 0 });
    expect(await store.list()).toEqual(before);
  }
  expect(openedWords({ added: 0, known: 2, changed: 0 })).toBe(
    '0 messages were added; 2 messages were there already.',
  );
});

it('loses nothing of a message that was changed since, and doubles it once only', async () => {
  const own = message({ isStarred: true });
  await add(own);
  const file = await save();
  await store.change(own.id, { transcript: 'A parcel for Ana', isStarred: false });
  expect(await open(file)).toEqual({ added: 0, known: 0, changed: 1 });
  expect(await open(file)).toEqual({ added: 0, known: 1, changed: 0 });
  const list = await store.list();
  expect(list.map(({ transcript }) => transcript).sort()).toEqual(['A parcel', 'A parcel for Ana']);
  for (const each of list) expect(await (await store.sound(each))?.arrayBuffer()).toEqual(sound(1));
});

it('keeps the star of either, and tells recordings apart', async () => {
  const own = message({ isStarred: true });
  await add(own);
  const file = await save();
  await store.change(own.id, { isStarred: false });
  await open(file);
  expect((await store.list()).map(({ isStarred }) => isStarred)).toEqual([true]);
  // The same words with another sound are another message.
  await store.add([{ message: own, sound: sound(7) }]);
  expect(await open(file)).toEqual({ added: 0, known: 0, changed: 1 });
});

it('ends a visit that was in progress when it was saved, and sends nothing of a file', async () => {
  const relay = { state: 'waiting', attempts: 1, nextAtMs: 5, failure: '' } as const;
  await add(message({ state: 'listening', transcript: '', relay }));
  await add(message({ atMs: 2000, relay: { ...relay, state: 'sending' } }));
  const file = await save();
  await store.deleteAll(1, {});
  expect(await open(file)).toEqual({ added: 2, known: 0, changed: 0 });
  const [later, earlier] = await store.list();
  expect(earlier).toMatchObject({ state: 'told', problems: ['page-closed'], relay: { state: 'given-up' } });
  expect(later).toMatchObject({ state: 'told', relay: { state: 'unsure' } });
});

it('carries who is a visitor, into a browser where nothing was set', async () => {
  keepTrigger({ farthestCm: 150, quiet: { fromMinute: 1300, toMinute: 400 } });
  const file = await save();
  await open(file);
  localStorage.clear();
  await open(file);
  expect(keptTrigger()).toMatchObject({ farthestCm: 150, quiet: { fromMinute: 1300, toMinute: 400 } });
  keepTrigger({ farthestCm: 120 });
  await open(file);
  expect(keptTrigger()?.farthestCm).toBe(120);
});

it('leaves nothing when everything is deleted, and brings all of it back', async () => {
  await add(message());
  await store.changeSettings({ handOverTo: 'ana@example.org', relay: { kind: 'ntfy', topic: 'door' } });
  await store.putGreeting({ language: 'en', type: 'audio/webm', bytes: sound(3) });
  keepTrigger({ farthestCm: 150 });
  localStorage.setItem('atelier-doorbell-link', '{"via":"cable"}');
  const data = await openDoorbellData();
  try {
    const bytes = async (): Promise<Record<string, number>> => {
      const parts = await data.stored();
      if (!parts.ok) throw new Error(parts.error.message);
      return Object.fromEntries(parts.value.map((part) => [part.name, part.bytes]));
    };
    const before = await bytes();
    expect(Object.keys(before)).toEqual([
      'Messages at the door',
      'Recorded greetings',
      'Settings',
      'In the trash',
    ]);
    expect(before['Recorded greetings']).toBe(50);
    const deleted = await data.deleteAll();
    expect(await bytes()).toEqual({
      ...{ 'Messages at the door': 0, 'Recorded greetings': 0, Settings: 0 },
      'In the trash': expect.any(Number) as number,
    });
    expect(await store.list()).toEqual([]);
    expect(await store.settings()).toBeUndefined();
    expect(await store.greetings()).toEqual([]);
    expect(localMemory()).toEqual({});

    // What was set since stays.
    await store.changeSettings({ handOverTo: 'ben@example.org' });
    await data.undoDelete(deleted.ok ? (deleted.value ?? 0) : 0);
    expect(await store.list()).toHaveLength(1);
    expect(await store.settings()).toEqual({
      handOverTo: 'ben@example.org',
      relay: { kind: 'ntfy', topic: 'door' },
    });
    expect((await store.greetings()).map(({ language }) => language)).toEqual(['en']);
    expect(keptTrigger()?.farthestCm).toBe(150);
    expect(await bytes()).toMatchObject({ 'In the trash': 0 });

    await data.deleteAll();
    await data.emptyTrash();
    const database = await wait(indexedDB.open('atelier-doorbell'));
    const counts = [...database.objectStoreNames].map((name) =>
      wait(database.transaction(name).objectStore(name).count()),
    );
    expect(await Promise.all(counts)).toEqual([0, 0, 0, 0]);
    database.close();
  } finally {
    data.close();
  }
});
