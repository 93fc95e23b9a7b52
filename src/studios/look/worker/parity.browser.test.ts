/** Picture files through this browser's decoder and our network, against what the reference in Python made of them. */
import { beforeAll, describe, expect, it } from 'vitest';
import fixtures from '../../../../models/efficientnet-lite1/fixtures/fixtures.json' with { type: 'json' };
import embeddingsUrl from '../../../../models/efficientnet-lite1/fixtures/pictures.f32.bin?url';
import weightsUrl from '../../../../models/efficientnet-lite1/weights.safetensors?url';
import { EMBEDDING_DIM } from '../engine/model.ts';
import { readImageHeader } from '../engine/image-header.ts';
import { FastResample } from './fast-resample.ts';
import { Network } from './network.ts';
import { decode, makeOf } from './raster.ts';

/** Decoders round differently (chroma upsampling, colour profiles), and big pictures are shrunk in two steps. */
const MIN_COSINE = 0.995;

const urls = import.meta.glob<string>('../../../../models/efficientnet-lite1/fixtures/pictures/*', {
  query: '?url',
  import: 'default',
  eager: true,
});

async function fetched(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.arrayBuffer();
}

function urlOf(name: string): string {
  const found = Object.entries(urls).find(([path]) => path.endsWith(`/${name}`));
  if (!found) throw new Error(`${name}: no such fixture`);
  return found[1];
}

function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  a.forEach((x, i) => {
    const y = b[i] ?? NaN;
    dot += x * y;
    aa += x * x;
    bb += y * y;
  });
  return dot / Math.sqrt(aa * bb);
}

describe('a picture file → its embedding', () => {
  let network: Network | undefined;
  let fast: FastResample | undefined;
  let expected = new Float32Array();

  beforeAll(async () => {
    const loaded = await Network.load(await fetched(weightsUrl));
    if (loaded.ok) network = loaded.value;
    fast = await FastResample.load();
    expected = new Float32Array(await fetched(embeddingsUrl));
  });

  it.each(fixtures.pictures.map((picture, index) => ({ ...picture, index })))(
    'agrees with the reference on $name ($what)',
    async ({ name, upright, index }) => {
      const bytes = await fetched(urlOf(name));
      const { type } = readImageHeader(new Uint8Array(bytes));
      const decoded = await decode({ name, file: new Blob() }, bytes, `image/${type}`);
      if (!decoded.ok || !network) throw new Error(`${name} was not decoded`);
      expect([decoded.value.width, decoded.value.height]).toEqual(upright);
      const { input } = await makeOf(decoded.value, undefined, { isOpaque: type === 'jpeg', fast });
      const [embedding = new Float32Array()] = await network.embed([input]);
      decoded.value.close();
      const reference = expected.subarray(index * EMBEDDING_DIM, (index + 1) * EMBEDDING_DIM);
      expect(cosine(embedding, reference)).toBeGreaterThanOrEqual(MIN_COSINE);
    },
  );
});
