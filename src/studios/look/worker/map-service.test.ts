import { describe, expect, it } from 'vitest';
import { mulberry32, normal } from '../../../kernel/rng.ts';
import { serve } from '../../../platform/rpc.ts';
import { ok } from '../../../kernel/result.ts';
import { writeKeptTfjs } from '../engine/kept-network.ts';
import type { KeptMap, MapSource } from './protocol-map.ts';
import { MapService } from './map-service.ts';
import type { LookResult } from './protocol.ts';

const DIM = 32;
const HEAPS = 4;
const COLLECTION = 7;

/** Picture id → its vector: four heaps that lie apart. */
function vectorOf(id: number): Float32Array {
  const rng = mulberry32(id);
  const heap = id % HEAPS;
  return Float32Array.from({ length: DIM }, (_, i) => (i % HEAPS === heap ? 4 : 0.5) + 0.3 * normal(rng));
}

/** A library of so many pictures, whose map outlives the worker. */
class FakeLibrary implements MapSource {
  ids: number[];
  keptMap: KeptMap | undefined;
  vectorsRead = 0;

  constructor(count: number) {
    this.ids = Array.from({ length: count }, (_, at) => at + 1);
  }
  pictures(): ReturnType<MapSource['pictures']> {
    const names = this.ids.map((id) => `heap ${id % HEAPS}/${id}.jpg`);
    return Promise.resolve(ok({ network: 'net', dim: DIM, ids: Uint32Array.from(this.ids), names }));
  }
  vectors(_collection: number, ids: Uint32Array): ReturnType<MapSource['vectors']> {
    this.vectorsRead += ids.length;
    const all = new Float32Array(ids.length * DIM);
    for (const [at, id] of ids.entries()) all.set(vectorOf(id), at * DIM);
    return Promise.resolve(ok(all));
  }
  thumbnails(): ReturnType<MapSource['thumbnails']> {
    return Promise.resolve(ok([]));
  }
  kept(): ReturnType<MapSource['kept']> {
    return Promise.resolve(ok(this.keptMap));
  }
  keep(_collection: number, map: KeptMap): ReturnType<MapSource['keep']> {
    this.keptMap = structuredClone(map);
    return Promise.resolve(ok(undefined));
  }
}

function serviceOver(library: FakeLibrary, elapsed: () => number = () => 0): MapService {
  const { port1, port2 } = new MessageChannel();
  serve<MapSource>(library, port1);
  const service = new MapService({
    pixels: () => {
      throw new Error('nothing is drawn here');
    },
    pause: () => Promise.resolve(),
    elapsed,
  });
  service.connectLibrary(port2);
  return service;
}

function value<T>(result: LookResult<T>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** Share of pictures whose nearest neighbour on the map is of their own heap. */
function purity(ids: Uint32Array, positions: Float32Array): number {
  let right = 0;
  for (const [row, id] of ids.entries()) {
    let best = -1;
    let least = Infinity;
    for (const other of ids.keys()) {
      const far = Math.hypot(
        (positions[row * 2] ?? 0) - (positions[other * 2] ?? 0),
        (positions[row * 2 + 1] ?? 0) - (positions[other * 2 + 1] ?? 0),
      );
      if (other !== row && far < least) [best, least] = [other, far];
    }
    if ((ids[best] ?? 0) % HEAPS === id % HEAPS) right += 1;
  }
  return right / ids.length;
}

describe('MapService', () => {
  it('lays out what is alike together, within the unit square, the same every time, and keeps it', async () => {
    const library = new FakeLibrary(120);
    const { ids, positions } = value(await serviceOver(library).layOut(COLLECTION));
    expect([...ids]).toEqual(library.ids);
    expect(positions.every((part) => part >= 0 && part <= 1)).toBe(true);
    expect(purity(ids, positions)).toBeGreaterThan(0.95);
    expect(value(await serviceOver(library).layOut(COLLECTION)).positions).toEqual(positions);
    const again = value(await serviceOver(library).open(COLLECTION));
    expect(again?.positions).toEqual(positions);
    expect(again?.missing).toBe(0);
  });

  it('places new pictures among their own kind, moves nothing, and reads only the new vectors', async () => {
    const library = new FakeLibrary(120);
    const before = value(await serviceOver(library).layOut(COLLECTION));
    for (let id = 121; id <= 132; id += 1) library.ids.push(id);
    library.vectorsRead = 0;
    const service = serviceOver(library);
    expect(value(await service.open(COLLECTION))?.missing).toBe(12);
    const after = value(await service.placeMissing(COLLECTION));
    expect(library.vectorsRead).toBe(12);
    expect(after.positions.subarray(0, 240)).toEqual(before.positions);
    expect(after.placed).toBe(12);
    expect(purity(after.ids, after.positions)).toBeGreaterThan(0.95);
  });

  it('forgets pictures that are gone', async () => {
    const library = new FakeLibrary(40);
    const before = value(await serviceOver(library).layOut(COLLECTION));
    library.ids = library.ids.filter((id) => id !== 3);
    const after = value(await serviceOver(library).open(COLLECTION));
    expect([...(after?.ids ?? [])]).toEqual(library.ids);
    expect(after?.positions.subarray(4)).toEqual(before.positions.subarray(6));
  });

  it.each([1, 2, 3, 4, 5, 16])('lays out %i pictures', async (count) => {
    const { ids, positions } = value(await serviceOver(new FakeLibrary(count)).layOut(COLLECTION));
    expect(ids).toHaveLength(count);
    expect(positions.every((part) => part >= 0 && part <= 1)).toBe(true);
  });

  it('can be stopped, and then keeps nothing', async () => {
    const library = new FakeLibrary(200);
    const abort = new AbortController();
    let now = 0;
    // Every look at the clock is a second later, so the worker listens at every turn.
    const service = serviceOver(library, () => (now += 1000));
    const shares: number[] = [];
    const stopped = await service.layOut(COLLECTION, {
      signal: abort.signal,
      onProgress: ({ done }) => {
        shares.push(done);
        if (done > 60) abort.abort();
      },
    });
    expect(stopped.ok ? '' : stopped.error.code).toBe('cancelled');
    expect(library.keptMap).toBeUndefined();
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBeLessThan(70);
  });

  it('groups by folder and by cluster', async () => {
    const library = new FakeLibrary(80);
    const service = serviceOver(library);
    value(await service.layOut(COLLECTION));
    const folders = value(await service.group(COLLECTION, 'folder'));
    expect(folders.names.toSorted()).toEqual(['heap 0', 'heap 1', 'heap 2', 'heap 3']);
    const clusters = value(await service.group(COLLECTION, 'cluster'));
    expect(clusters.sizes.reduce((sum, size) => sum + size, 0)).toBe(80);
    // Six clusters of four heaps: no cluster mixes two heaps.
    const heapsOf = new Map<number, Set<number>>();
    for (const [row, cluster] of clusters.of.entries())
      heapsOf.set(cluster, (heapsOf.get(cluster) ?? new Set()).add((library.ids[row] ?? 0) % HEAPS));
    expect([...heapsOf.values()].every((heaps) => heaps.size === 1)).toBe(true);
  });

  it('says what is wrong when nothing has a label', async () => {
    const service = serviceOver(new FakeLibrary(8));
    value(await service.layOut(COLLECTION));
    const labels = await service.group(COLLECTION, 'label');
    expect(labels.ok ? '' : labels.error.code).toBe('bad-weights');
  });

  it('says what is wrong when the network names nothing, whatever its file holds', async () => {
    const service = serviceOver(new FakeLibrary(8));
    value(await service.layOut(COLLECTION));
    const weights = writeKeptTfjs(new TextEncoder().encode('{}'), new Uint8Array(8), {
      kind: 'tfjs',
      format: 'graph-model',
      output: 'pool',
      dim: 8,
      inputSize: 64,
      preprocessing: 'minus-one-to-one',
      order: 'rgb',
    });
    const labels = await service.group(COLLECTION, 'label', { weights, names: [] });
    expect(labels.ok ? '' : labels.error.message).toBe('This network does not name what it sees.');
  });
});
