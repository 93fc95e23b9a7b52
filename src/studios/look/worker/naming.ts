import { inverseNorm } from '../engine/distance.ts';
import { learnName, nameProbability } from '../engine/naming.ts';
import { LookFailure } from './failure.ts';
import type { OpenCollection, OpenCollections } from './open-collections.ts';
import type { NamedAnswer, NameInfo, NewName } from './protocol.ts';
import { type LookStore, manifestOf } from './store.ts';

const MAX_NAME = 100;
const MAX_NAMES = 1_000;

/** Names that a person gave to pictures of a collection. They are part of its manifest, so they go and come back with it. */
export class Names {
  readonly #store: LookStore;
  readonly #open: OpenCollections;
  readonly #now: () => number;

  constructor(store: LookStore, open: OpenCollections, now: () => number) {
    this.#store = store;
    this.#open = open;
    this.#now = now;
  }

  async list(collection: number): Promise<readonly NameInfo[]> {
    const open = await this.#open.open(collection);
    return (open.row.names ?? []).map((name) => withoutDeleted(name, open));
  }

  async save(collection: number, name: NewName & { readonly id?: number }): Promise<NameInfo> {
    const fresh = clean(name);
    let saved: NameInfo | undefined;
    const open = await this.#change(collection, 'keeping a name', (names, { pictures }) => {
      const unknown = [...fresh.yes, ...fresh.no].find((id) => !pictures.has(id));
      if (unknown !== undefined)
        throw new LookFailure('no-picture', `There is no picture ${unknown} any more.`, 'Select again.');
      const id = name.id ?? names.reduce((most, each) => Math.max(most, each.id), 0) + 1;
      const before = names.find((each) => each.id === id);
      if (names.some((each) => each.id !== id && each.name === fresh.name))
        throw new LookFailure('no-name', `There is a name “${fresh.name}” already.`, 'Choose another.');
      if (before === undefined && names.length >= MAX_NAMES)
        throw new LookFailure('no-name', `A collection has ${MAX_NAMES} names at most.`, 'Delete one.');
      // A deletion may be undone: what was said of such pictures is kept, out of sight.
      const deleted = (ids: readonly number[] = []): number[] => ids.filter((each) => !pictures.has(each));
      saved = {
        ...fresh,
        id,
        yes: [...fresh.yes, ...deleted(before?.yes)],
        no: [...fresh.no, ...deleted(before?.no)],
      };
      const next = saved;
      return before === undefined ? [...names, next] : names.map((each) => (each.id === id ? next : each));
    });
    if (saved === undefined) throw new Error('the name was not made');
    return withoutDeleted(saved, open);
  }

  async delete(collection: number, id: number): Promise<NameInfo> {
    let gone: NameInfo | undefined;
    const open = await this.#change(collection, 'deleting a name', (names) => {
      gone = named(names, id);
      return names.filter((each) => each.id !== id);
    });
    return withoutDeleted(named(gone === undefined ? [] : [gone], id), open);
  }

  async find(collection: number, id: number): Promise<NamedAnswer> {
    const started = this.#now();
    const open = await this.#open.open(collection);
    const names = (open.row.names ?? []).map((each) => withoutDeleted(each, open));
    const name = named(names, id);
    if (name.yes.length === 0)
      throw new LookFailure(
        'no-name',
        `No picture that is called “${name.name}” is left.`,
        'Select some that are, and name them.',
      );
    const isYes = new Set(name.yes);
    // What has another name does not have this one, unless it was given both.
    const no = new Set([...name.no, ...names.flatMap(({ yes }) => yes)].filter((each) => !isYes.has(each)));
    const isNo = new Set(name.no);
    const rest = open.order.filter((each) => !isYes.has(each) && !isNo.has(each));
    const others = rest.filter((each) => !no.has(each));
    if (no.size + others.length === 0)
      throw new LookFailure(
        'no-name',
        `Every picture is called “${name.name}”: there is nothing to tell it from.`,
        'Add other pictures.',
      );
    const vectors = (ids: Iterable<number>): Float32Array[] => Array.from(ids, (each) => open.vector(each));
    const { model, heldBack } = learnName({ yes: vectors(isYes), no: vectors(no), others: vectors(others) });
    const scored = rest
      .map((each) => {
        const vector = open.vector(each);
        return { id: each, probability: nameProbability(model, vector, inverseNorm(vector)) };
      })
      .sort((a, b) => b.probability - a.probability || a.id - b.id);
    return {
      ids: Uint32Array.from(scored, (each) => each.id),
      probabilities: Float64Array.from(scored, ({ probability }) => probability),
      heldBack,
      tookMs: this.#now() - started,
    };
  }

  async #change(
    collection: number,
    doing: string,
    change: (names: readonly NameInfo[], open: OpenCollection) => readonly NameInfo[],
  ): Promise<OpenCollection> {
    const open = await this.#open.open(collection);
    return this.#open.serial.run(async () => {
      open.row = await this.#store.write(['collections'], doing, async (tx) => {
        const old = await manifestOf(tx, collection);
        const next = { ...old, names: change(old.names ?? [], open), revision: old.revision + 1 };
        await tx.objectStore('collections').put(next);
        return next;
      });
      return open;
    });
  }
}

function named(names: readonly NameInfo[], id: number): NameInfo {
  const found = names.find((each) => each.id === id);
  if (found === undefined) throw new LookFailure('no-name', 'This name was deleted.', 'Choose another.');
  return found;
}

function clean({ name, yes, no, threshold }: NewName): NewName {
  const text = name.trim().slice(0, MAX_NAME);
  if (text === '') throw new LookFailure('no-name', 'A name needs a letter.', 'Type one.');
  if (!(threshold >= 0 && threshold <= 1))
    throw new LookFailure('no-name', `A threshold lies between 0 and 1, not at ${threshold}.`);
  const has = new Set(yes);
  return { name: text, yes: [...has], no: [...new Set(no)].filter((id) => !has.has(id)), threshold };
}

const withoutDeleted = (name: NameInfo, { pictures }: OpenCollection): NameInfo => ({
  ...name,
  yes: name.yes.filter((id) => pictures.has(id)),
  no: name.no.filter((id) => pictures.has(id)),
});
