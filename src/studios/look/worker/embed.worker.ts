/** Files → embeddings and thumbnails, one network a worker. Everything that takes time per picture happens here. */
import { describe, fail, ok } from '../../../kernel/result.ts';
import { Serial } from '../../../kernel/serial.ts';
import { connect, serve, transfer, type Remote, type TaskOptions } from '../../../platform/rpc.ts';
import { Batches } from './batches.ts';
import { FastResample } from './fast-resample.ts';
import { hashOf } from './hash.ts';
import { inspect } from './inspect.ts';
import { Network } from './network.ts';
import { Turnstile } from '../../../kernel/turnstile.ts';
import type {
  EmbedApi,
  EmbeddedPicture,
  IndexOutcome,
  LibraryIntake,
  LookResult,
  PictureInput,
} from './protocol.ts';
import { decode, makeOf, type Made } from './raster.ts';

/** No picture of up to 100 megapixels needs more; refused before it is read. */
const MAX_FILE_BYTES = 256_000_000;

/** Pictures over this take hundreds of megabytes when decoded: one at a time in each worker. */
const LARGE_PIXELS = 16_000_000;

const large = new Serial();
/**
 * Pictures that are read, hashed and claimed while the network looks at others: each of these steps needs this thread for
 * a moment, and between two passes there are few.
 */
const inHand = new Turnstile(8);
/** Pictures that are in memory as pixels: a photograph takes tens of megabytes. */
const decoding = new Turnstile(3);
const batches = new Batches(async (inputs) => {
  if (network === undefined) throw new Error('the network is gone');
  return network.embed(inputs);
});
let network: Network | undefined;
let networkHash = '';
/** Undefined where WebAssembly has no SIMD. */
let fast: FastResample | undefined;
let library: Remote<LibraryIntake> | undefined;

const notReady = fail('bad-weights', 'The network is not loaded yet.', { retryable: true });
const cancelled = fail('cancelled', 'Stopped.', { retryable: true });

async function read(picture: PictureInput): Promise<LookResult<ArrayBuffer>> {
  if (picture.file.size > MAX_FILE_BYTES) {
    return fail('too-large', `${picture.name} has ${Math.round(picture.file.size / 1e6)} MB.`, {
      hint: 'Pictures over 256 MB are refused: shrink it first.',
    });
  }
  try {
    return ok(await picture.file.arrayBuffer());
  } catch (cause) {
    return fail('unreadable', `${picture.name} could not be read.`, {
      hint: 'It may have been moved, changed or deleted: add it again.',
      retryable: true,
      cause,
    });
  }
}

async function embedBytes(
  picture: PictureInput,
  bytes: ArrayBuffer,
  hash: string,
  signal: AbortSignal | undefined,
): Promise<LookResult<EmbeddedPicture>> {
  if (network === undefined) return notReady;
  const inspected = inspect(picture.name, bytes);
  if (!inspected.ok) return inspected;
  const { type, pixels } = inspected.value;
  const work = (): Promise<LookResult<EmbeddedPicture>> => embedDecoded(picture, bytes, type, hash, signal);
  return pixels > LARGE_PIXELS ? large.run(work) : work();
}

async function embedDecoded(
  picture: PictureInput,
  bytes: ArrayBuffer,
  type: string,
  hash: string,
  signal: AbortSignal | undefined,
): Promise<LookResult<EmbeddedPicture>> {
  return batches.expect(async (embed) => {
    const prepared = await decoding.run(() => prepare(picture, bytes, type, signal));
    if (!prepared.ok) return prepared;
    const { input, thumbnail, width, height } = prepared.value;
    try {
      const embedding = await embed(input);
      return ok({ hash, embedding, width, height, thumbnail, thumbnailType: 'image/webp' });
    } catch (cause) {
      return overwhelmed(picture, cause);
    }
  });
}

interface Prepared extends Made {
  readonly width: number;
  readonly height: number;
}

/** What the network sees and what is kept to look at; the pixels are gone again when it returns. */
async function prepare(
  picture: PictureInput,
  bytes: ArrayBuffer,
  type: string,
  signal: AbortSignal | undefined,
): Promise<LookResult<Prepared>> {
  if (signal?.aborted === true) return cancelled;
  const decoded = await decode(picture, bytes, type);
  if (!decoded.ok) return decoded;
  const raster = decoded.value;
  try {
    const made = await makeOf(raster, picture.part, {
      isOpaque: type === 'image/jpeg',
      fast,
      sight: network?.sight,
    });
    return ok({ ...made, width: raster.width, height: raster.height });
  } catch (cause) {
    return overwhelmed(picture, cause);
  } finally {
    raster.close();
  }
}

/** Decoding went well: what fails after it is the memory or the network, and a fresh worker may do better. */
const overwhelmed = ({ name }: PictureInput, cause: unknown): LookResult<never> =>
  fail('worker-crashed', `${name} could not be worked on: ${describe(cause)}.`, {
    hint: 'It may be too large for the memory there is.',
    retryable: true,
    cause,
  });

/** A new picture's embedding, or which stored picture it is. */
async function claimAndEmbed(
  intake: Remote<LibraryIntake>,
  collection: number,
  picture: PictureInput,
  signal: AbortSignal | undefined,
): Promise<LookResult<EmbeddedPicture | IndexOutcome>> {
  const isStopped = (): boolean => signal?.aborted === true;
  if (isStopped()) return cancelled;
  const bytes = await read(picture);
  if (!bytes.ok) return bytes;
  const hash = await hashOf(bytes.value);
  const twin = await intake.claim(collection, hash);
  if (!twin.ok) return twin;
  if (twin.value !== undefined) return ok({ kind: 'duplicate', ...twin.value });
  const embedded = await embedBytes(picture, bytes.value, hash, signal);
  if (embedded.ok && !isStopped()) return embedded;
  await intake.letGo(collection, hash);
  return embedded.ok ? cancelled : embedded;
}

/**
 * Looks at a picture that is known already.
 *
 * @param expected the hash that its file must have; left out: it may be any
 */
async function look(
  picture: PictureInput,
  expected: string | undefined,
  signal: AbortSignal | undefined,
): Promise<LookResult<EmbeddedPicture>> {
  const isStopped = (): boolean => signal?.aborted === true;
  if (isStopped()) return cancelled;
  const bytes = await read(picture);
  if (!bytes.ok) return bytes;
  const hash = await hashOf(bytes.value);
  if (expected !== undefined && hash !== expected)
    return fail('unreadable', `${picture.name} is another picture than it was.`, {
      hint: 'Its file has changed since it was added.',
    });
  const seen = await embedBytes(picture, bytes.value, hash, signal);
  return seen.ok && isStopped() ? cancelled : seen;
}

async function loadFast(): Promise<FastResample | undefined> {
  try {
    return await FastResample.load();
  } catch (cause) {
    console.info('Pictures are resized without SIMD:', describe(cause));
    return undefined;
  }
}

const api: EmbedApi = {
  async load(weights, hash) {
    const [loaded, resample] = await Promise.all([Network.load(weights), loadFast()]);
    if (!loaded.ok) return loaded;
    fast = resample;
    network = loaded.value;
    networkHash = hash;
    return ok(network.info);
  },

  connectLibrary(port) {
    library = connect<LibraryIntake>(port).api;
  },

  keepLock(name) {
    if (!('locks' in navigator)) return Promise.resolve(false);
    return new Promise((resolve) => {
      void navigator.locks.request(name, () => {
        resolve(true);
        return new Promise(() => undefined);
      });
    });
  },

  async index(collection, picture, options: TaskOptions = {}): Promise<LookResult<IndexOutcome>> {
    const intake = library;
    if (intake === undefined) return notReady;
    const made = await inHand.run(() => claimAndEmbed(intake, collection, picture, options.signal));
    if (!made.ok) return made;
    if ('kind' in made.value) return ok(made.value);
    const { embedding, thumbnail: small } = made.value;
    const record = { ...made.value, name: picture.name, bytes: picture.file.size, network: networkHash };
    // Not in hand any more: the library gathers several for one transaction.
    return intake.add(collection, transfer(record, [embedding.buffer, small]));
  },

  async renew(collection, picture, { id, hash }, options: TaskOptions = {}): Promise<LookResult<void>> {
    const intake = library;
    if (intake === undefined) return notReady;
    const seen = await inHand.run(() => look(picture, hash, options.signal));
    if (!seen.ok) return seen;
    const { embedding } = seen.value;
    const renewed = { id, embedding, network: networkHash, isOfThumbnail: hash === undefined };
    return intake.renew(collection, transfer(renewed, [embedding.buffer]));
  },

  async embed(picture, options: TaskOptions = {}): Promise<LookResult<EmbeddedPicture>> {
    const bytes = await read(picture);
    if (!bytes.ok) return bytes;
    const embedded = await embedBytes(picture, bytes.value, await hashOf(bytes.value), options.signal);
    if (!embedded.ok) return embedded;
    return transfer(embedded, [embedded.value.embedding.buffer, embedded.value.thumbnail]);
  },

  classify(embedding, count) {
    return network === undefined ? notReady : ok(network.classify(embedding, count));
  },
};

serve(api);
