import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Library } from './library.ts';
import type { NameInfo, NewPicture } from './protocol.ts';
import { code, DIM, NETWORK, openLibrary, picture, value } from './testing/library-kit.ts';

const NAME = 'test-look-naming';
const KINDS = 3;
const OF_A_KIND = 20;
let library: Library;
let collection: number;

/** A picture of kind 0, 1 or 2: its number in three says which of its features is large. */
const ofKind = (content: number): NewPicture => {
  const plain = picture(content);
  const embedding = plain.embedding.map((x, at) => Math.abs(x) * 0.4 + (at === content % KINDS ? 2 : 0.2));
  return { ...plain, embedding };
};
const kindOf = (id: number): number => id % KINDS;
/** Ids of pictures of a kind: they are stored one after the other, so that number n has the id n. */
const idsOf = (kind: number): number[] =>
  Array.from({ length: OF_A_KIND * KINDS }, (_, at) => at + 1).filter((id) => kindOf(id) === kind);

const draft = (name: string, yes: readonly number[], no: readonly number[] = []) => ({
  name,
  yes,
  no,
  threshold: 0.5,
});
const list = async (): Promise<readonly NameInfo[]> => value(await library.names(collection));
const reopen = async (): Promise<void> => {
  await library.close();
  library = await openLibrary(NAME);
};

beforeEach(async () => {
  library = await openLibrary(NAME);
  ({ id: collection } = value(await library.createCollection('Holiday', NETWORK, DIM)));
  for (let content = 1; content <= OF_A_KIND * KINDS; content += 1)
    value(await library.intake().add(collection, ofKind(content)));
});
afterEach(async () => {
  await library.close();
  await deleteDB(NAME);
});

describe('names', () => {
  it('are kept over a restart, changed, and deleted with a way back', async () => {
    const made = value(await library.saveName(collection, draft(' Shoes ', [3, 6], [1])));
    expect(made).toEqual({ id: 1, name: 'Shoes', yes: [3, 6], no: [1], threshold: 0.5 });
    const other = value(await library.saveName(collection, draft('Hats', [4])));
    await reopen();
    expect(await list()).toEqual([made, other]);
    const changed = value(await library.saveName(collection, { ...made, name: 'Boots', threshold: 0.8 }));
    expect(await list()).toEqual([changed, other]);
    const gone = value(await library.deleteName(collection, made.id));
    expect(await list()).toEqual([other]);
    expect(code(await library.deleteName(collection, made.id))).toBe('no-name');
    value(await library.saveName(collection, gone));
    expect(await list()).toEqual([other, changed]);
  });

  it('are refused when they say nothing, exist already, or are of pictures that are not', async () => {
    const { id } = value(await library.saveName(collection, draft('Shoes', [3])));
    expect(code(await library.saveName(collection, draft('  ', [3])))).toBe('no-name');
    expect(code(await library.saveName(collection, draft('Shoes', [6])))).toBe('no-name');
    expect(code(await library.saveName(collection, draft('Hats', [999])))).toBe('no-picture');
    expect(code(await library.saveName(collection, { ...draft('Hats', [1]), threshold: 2 }))).toBe('no-name');
    // A picture cannot both have a name and not have it.
    const both = value(await library.saveName(collection, { ...draft('Shoes', [3], [3, 4]), id }));
    expect(both).toMatchObject({ yes: [3], no: [4] });
  });

  it('forget deleted pictures, and know them again when they come back', async () => {
    const { id } = value(await library.saveName(collection, draft('Shoes', [3, 6, 9], [1, 2])));
    const key = value(await library.remove(collection, [6, 2])) ?? 0;
    expect(await list()).toMatchObject([{ yes: [3, 9], no: [1] }]);
    value(await library.saveName(collection, { ...draft('Shoes', [3, 9, 12], [1]), id }));
    value(await library.undoDelete(key));
    expect(await list()).toMatchObject([{ yes: [3, 9, 12, 6], no: [1, 2] }]);
  });

  it('go and come back with their collection, and through a saved file', async () => {
    const { id } = value(await library.saveName(collection, draft('Shoes', [3, 6], [1])));
    value(await library.saveName(collection, draft('Hats', [4, 2])));
    value(await library.remove(collection, [6]));
    const before = await list();
    const file = value(await library.save());
    const key = value(await library.deleteCollection(collection)) ?? 0;
    expect(code(await library.names(collection))).toBe('no-collection');
    value(await library.undoDelete(key));
    expect(await list()).toEqual(before);
    const [restored] = value(await library.restore(file));
    const there = restored?.id ?? 0;
    expect(value(await library.names(there))).toEqual(before);
    expect([...value(await library.findNamed(there, id)).ids]).toEqual([
      ...value(await library.findNamed(collection, id)).ids,
    ]);
  });

  it('cannot be given by a tab that only reads', async () => {
    const second = await openLibrary(NAME);
    try {
      expect(code(await second.saveName(collection, draft('Shoes', [3])))).toBe('read-only');
      expect(code(await second.deleteName(collection, 1))).toBe('read-only');
      value(await library.saveName(collection, draft('Shoes', [3])));
      expect(value(await second.names(collection))).toHaveLength(1);
    } finally {
      await second.close();
    }
  });
});

describe('findNamed', () => {
  it('finds the rest of a kind, the likeliest first, and says what it said of what was held back', async () => {
    const [yes, no] = [idsOf(0).slice(0, 6), [...idsOf(1).slice(0, 3), ...idsOf(2).slice(0, 3)]];
    const { id } = value(await library.saveName(collection, draft('Shoes', yes, no)));
    const { ids, probabilities, heldBack } = value(await library.findNamed(collection, id));
    expect(ids).toHaveLength(OF_A_KIND * KINDS - yes.length - no.length);
    for (const marked of [...yes, ...no]) expect(ids).not.toContain(marked);
    expect([...probabilities]).toEqual([...probabilities].sort((a, b) => b - a));
    const left = OF_A_KIND - yes.length;
    expect([...ids.slice(0, left)].every((each) => kindOf(each) === 0)).toBe(true);
    expect(probabilities[left - 1]).toBeGreaterThan(0.5);
    expect(probabilities[left]).toBeLessThan(0.5);
    expect([heldBack.yes.length, heldBack.no.length]).toEqual([yes.length, no.length]);
  });

  it('takes pictures of other names for what it is not', async () => {
    const { id } = value(await library.saveName(collection, draft('Shoes', idsOf(0).slice(0, 4))));
    expect(value(await library.findNamed(collection, id)).heldBack.no).toEqual([]);
    value(await library.saveName(collection, draft('Hats', [...idsOf(1).slice(0, 5), idsOf(0)[0] ?? 0])));
    const { ids, heldBack } = value(await library.findNamed(collection, id));
    expect(heldBack.no).toHaveLength(5);
    // They may have both names, so they are still among the rest.
    expect(ids).toContain(idsOf(1)[0]);
  });

  it('says why it cannot', async () => {
    const { id } = value(await library.saveName(collection, draft('Shoes', [3])));
    value(await library.remove(collection, [3]));
    expect(await library.findNamed(collection, id)).toMatchObject({
      ok: false,
      error: { code: 'no-name', message: 'No picture that is called “Shoes” is left.' },
    });
    const all = value(await library.list(collection, 0, 100)).map((each) => each.id);
    const everything = value(await library.saveName(collection, draft('Everything', all)));
    expect(code(await library.findNamed(collection, everything.id))).toBe('no-name');
    expect(code(await library.findNamed(collection, 77))).toBe('no-name');
  });
});
