/** Asks the library worker that the site ships for words and names, on the site's own origin, without the page in between. */
import { connect, connectWorker, transfer, type Remote } from '../../src/platform/rpc.ts';
import type { LibraryApi, LibraryIntake, LookResult } from '../../src/studios/look/worker/protocol.ts';
import { clusteredVectors } from '../look/vectors.ts';
import type { WordsPage } from './words-page.ts';

const WEIGHTS = '../models/efficientnet-lite1/weights.safetensors';

const DIM = 1280;
const SEED = 5;
/** This page in the place of an embed worker. */
const LANE = 0;
/** Pictures that are marked on each side. */
const MARKED = 20;
const ROUNDS = 5;
const K = 12;
/** Loafer, running shoe, sandal. */
const SHOES = [630, 770, 774];

let library: Remote<LibraryApi> | undefined;
let collection = 0;
let network = '';
const nameOf = new Map<number, string>();
const idOf = new Map<string, number>();

function need(): Remote<LibraryApi> {
  if (library === undefined) throw new Error('call open first');
  return library;
}

function take<T>(result: LookResult<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

const ids = (names: readonly string[]): number[] => names.map((name) => idOf.get(name) ?? 0);

/** Gives a name, looks for it, and takes it away again. */
async function named(within: number, yes: readonly number[], no: readonly number[]) {
  const { id } = take(await need().saveName(within, { name: 'bench', yes, no, threshold: 0.5 }));
  try {
    const started = performance.now();
    const found = take(await need().findNamed(within, id));
    return { ...found, tookMs: performance.now() - started };
  } finally {
    take(await need().deleteName(within, id));
  }
}

/** A collection of synthetic pictures, with the ids from 1 on. */
async function grown(pictures: number): Promise<number> {
  const { port1, port2 } = new MessageChannel();
  await need().connectEmbedder(transfer(port1, [port1]), LANE);
  const { api: intake } = connect<LibraryIntake>(port2);
  const { id, dim } = take(await need().createCollection('words', network, DIM));
  const vectors = clusteredVectors(pictures, dim, SEED);
  for (let at = 0; at < pictures; at += 1) {
    const embedding = vectors.slice(at * dim, (at + 1) * dim);
    const thumbnail = Uint8Array.of(0).buffer;
    const picture = { name: `${at}.jpg`, bytes: 1, hash: String(at).padStart(64, '0'), width: 1, height: 1 };
    const stored = { ...picture, embedding, thumbnail, thumbnailType: 'image/webp', network };
    take(await intake.add(id, transfer(stored, [embedding.buffer, thumbnail])));
  }
  return id;
}

const page: WordsPage = {
  async open(address, of) {
    const { api } = connectWorker<LibraryApi>(new Worker(address, { type: 'module' }));
    library = api;
    collection = of;
    if (!take(await api.open()).writer) throw new Error('another page holds the store');
    const info = take(await api.collections()).find(({ id }) => id === of);
    if (info === undefined) throw new Error(`no collection ${of}`);
    for (const { id, name } of take(await api.list(of, 0, info.count))) {
      nameOf.set(id, name);
      idOf.set(name, id);
    }
    ({ network } = info);
    const weights = await (await fetch(WEIGHTS)).arrayBuffer();
    take(await api.useClassifier(info.network, transfer(weights, [weights])));
    return info.count;
  },

  async words(classes, k) {
    const { hits } = take(await need().searchClasses(collection, classes, k));
    return hits.map(({ name }) => name);
  },

  async name(yes, no) {
    const found = await named(collection, ids(yes), ids(no));
    const rest = Array.from(found.ids, (each, at) => ({
      name: nameOf.get(each) ?? '',
      probability: found.probabilities[at] ?? 0,
    }));
    return { rest, heldBack: found.heldBack };
  },

  async time(pictures) {
    const within = await grown(pictures);
    const [yes, no] = [1, 1 + MARKED].map((from) => Array.from({ length: MARKED }, (_, at) => from + at));
    const nameMs: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      nameMs.push((await named(within, yes ?? [], no ?? [])).tookMs);
    const started = performance.now();
    take(await need().searchClasses(within, SHOES, K));
    const first = performance.now();
    take(await need().searchClasses(within, SHOES, K));
    return { nameMs, firstWordMs: first - started, nextWordMs: performance.now() - first };
  },
};
window.words = page;
