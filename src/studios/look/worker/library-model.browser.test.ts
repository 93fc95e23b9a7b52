import fc from 'fast-check';
import { deleteDB } from 'idb';
import { expect, it, vi } from 'vitest';
import { serve } from '../../../platform/rpc.ts';
import { GraphService } from './graph-service.ts';
import { GraphStore } from './graph-store.ts';
import type { Library } from './library.ts';
import { pause } from '../../../platform/rpc-pause.ts';
import { DIM, nearest, NETWORK, openLibrary, picture, value } from './testing/library-kit.ts';

const NAME = 'test-look-model';
const GRAPHS = 'test-look-model-graphs';

/** The plain model: what a person believes to have. */
interface Model {
  pictures: Map<number, { content: number; name: string }>;
  /** Deletions that can be undone, by key, the last one last. */
  trash: Map<number, [number, { content: number; name: string }][]>;
  nextId: number;
}

const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('add' as const), content: fc.nat(15) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('addMany' as const),
      contents: fc.array(fc.nat(15), { minLength: 2, maxLength: 12 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      picks: fc.array(fc.nat(), { maxLength: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('undo' as const), pick: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('rename' as const), pick: fc.nat(), name: fc.string() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('search' as const),
      pick: fc.nat(),
      k: fc.integer({ min: 1, max: 20 }),
      metric: fc.constantFrom('cosine' as const, 'euclidean' as const),
      engine: fc.constantFrom('exact' as const, 'hnsw' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('saveAndRestore' as const) }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer O> ? O : never;

interface Opened {
  readonly library: Library;
  close(): Promise<void>;
}

/** A library with a graph worker of its own, but in this thread. */
async function openWithGraph(): Promise<Opened> {
  const library = await openLibrary(NAME);
  const graphs = await GraphStore.open(GRAPHS);
  const { port1, port2 } = new MessageChannel();
  serve(new GraphService(() => Promise.resolve(graphs), pause), port2);
  await library.connectGraph(port1);
  return {
    library,
    async close() {
      await library.close();
      port2.close();
      graphs.close();
    },
  };
}

class Run {
  readonly #model: Model = { pictures: new Map(), trash: new Map(), nextId: 1 };
  #open: Opened;
  readonly #collection: number;

  private constructor(open: Opened, collection: number) {
    this.#open = open;
    this.#collection = collection;
  }

  static async start(): Promise<Run> {
    const open = await openWithGraph();
    const { id } = value(await open.library.createCollection('Model', NETWORK, DIM));
    return new Run(open, id);
  }

  get #library(): Library {
    return this.#open.library;
  }

  async end(): Promise<void> {
    await this.#open.close();
    await deleteDB(NAME);
    await deleteDB(GRAPHS);
  }

  /** Ids are given in ascending order, so a model that adds in the order of the calls knows them. */
  #add(content: number): { kind: string; id: number } {
    const known = [...this.#model.pictures].find(([, one]) => one.content === content);
    if (known !== undefined) return { kind: 'duplicate', id: known[0] };
    const id = this.#model.nextId;
    this.#model.nextId += 1;
    this.#model.pictures.set(id, { content, name: `${content}.jpg` });
    return { kind: 'stored', id };
  }

  #pick(number: number): number | undefined {
    const ids = [...this.#model.pictures.keys()];
    return ids[number % Math.max(1, ids.length)];
  }

  async do(one: Operation): Promise<void> {
    const model = this.#model;
    const collection = this.#collection;
    switch (one.kind) {
      case 'add':
      case 'addMany': {
        const contents = one.kind === 'add' ? [one.content] : one.contents;
        const expected = contents.map((content) => this.#add(content));
        const outcomes = await Promise.all(
          contents.map((content) => this.#library.intake().add(collection, picture(content))),
        );
        expect(outcomes.map((outcome) => value(outcome))).toMatchObject(expected);
        return;
      }
      case 'remove': {
        const ids = [...new Set(one.picks.map((pick) => this.#pick(pick)))].filter((id) => id !== undefined);
        const key = value(await this.#library.remove(collection, ids));
        const gone = [...model.pictures].filter(([id]) => ids.includes(id));
        expect(key === undefined).toBe(gone.length === 0);
        if (key !== undefined) model.trash.set(key, gone);
        for (const [id] of gone) model.pictures.delete(id);
        return;
      }
      case 'undo': {
        const keys = [...model.trash.keys()];
        const key = keys[one.pick % Math.max(1, keys.length)];
        if (key === undefined) return;
        expect(value(await this.#library.undoDelete(key))).toEqual([]);
        const present = new Set([...model.pictures.values()].map(({ content }) => content));
        for (const [id, info] of model.trash.get(key) ?? [])
          if (!present.has(info.content)) model.pictures.set(id, info);
        model.trash.delete(key);
        return;
      }
      case 'rename': {
        const id = this.#pick(one.pick);
        if (id === undefined) return;
        value(await this.#library.rename(collection, id, one.name));
        model.pictures.set(id, { content: model.pictures.get(id)?.content ?? 0, name: one.name });
        return;
      }
      case 'search':
        return this.#search(one);
      case 'settle':
        value(await this.#library.settleRun(collection));
        return;
      case 'forget':
        value(await this.#library.forgetDeleted());
        model.trash.clear();
        return;
      case 'reopen':
        await this.#open.close();
        this.#open = await openWithGraph();
        return;
      case 'saveAndRestore':
        return this.#saveAndRestore();
    }
  }

  async #search({ pick, k, metric, engine }: Extract<Operation, { kind: 'search' }>): Promise<void> {
    const id = this.#pick(pick);
    if (id === undefined) return;
    const collection = this.#collection;
    const request = { collection, like: [{ kind: 'picture' as const, id }], unlike: [], k, metric, engine };
    const all = [...this.#model.pictures].map(([other, { content }]) => ({
      id: other,
      vector: picture(content).embedding,
    }));
    const query = picture(this.#model.pictures.get(id)?.content ?? 0).embedding;
    const expected = nearest(metric, all, query, k, [id]).map((hit) => hit.id);
    const first = value(await this.#library.search(request));
    expect(first.hits.map((hit) => hit.id)).toEqual(expected);
    if (engine === 'exact') return;
    // The first search began the graph, if it was not there.
    await vi.waitFor(() => expect(this.#library.graphState(collection, metric).state).toBe('ready'), 10_000);
    const second = value(await this.#library.search(request));
    expect(second.engine).toBe('hnsw');
    expect(second.hits).toEqual(first.hits);
  }

  async #saveAndRestore(): Promise<void> {
    const file = value(await this.#library.save());
    const [restored] = value(await this.#library.restore(file));
    const copy = restored?.id ?? 0;
    expect(restored).toMatchObject({ name: 'Model (2)', count: this.#model.pictures.size, dim: DIM });
    const original = value(await this.#library.list(this.#collection, 0, 100));
    // A file holds no kept folder, so it does not say where in one a picture lies either.
    expect(value(await this.#library.list(copy, 0, 100))).toEqual(
      original.map(({ id, name, hash, bytes, width, height }) => ({ id, name, hash, bytes, width, height })),
    );
    const ids = [...this.#model.pictures.keys()];
    expect(value(await this.#library.thumbnails(copy, ids))).toEqual(
      value(await this.#library.thumbnails(this.#collection, ids)),
    );
    value(await this.#library.deleteCollection(copy));
    value(await this.#library.forgetDeleted());
    this.#model.trash.clear();
  }

  /** What every operation must leave behind. */
  async check(): Promise<void> {
    const listed = value(await this.#library.list(this.#collection, 0, 100));
    const expected = [...this.#model.pictures]
      .toSorted(([a], [b]) => a - b)
      .map(([id, { content, name }]) => ({ id, name, hash: picture(content).hash }));
    expect(listed).toMatchObject(expected);
    expect(listed).toHaveLength(expected.length);
    const [info] = value(await this.#library.collections());
    expect(info?.count).toBe(expected.length);
    expect(value(await this.#library.deleted())).toEqual([...this.#model.trash.keys()]);
  }
}

it('stays in step with a plain model, whatever a person does', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 40 }), async (operations) => {
      const run = await Run.start();
      try {
        for (const one of operations) {
          await run.do(one);
          await run.check();
        }
      } finally {
        await run.end();
      }
    }),
    { numRuns: 40 },
  );
});
