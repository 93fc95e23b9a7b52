import { describe, expect, it } from 'vitest';
import { CachedDecoder, pastNames } from './cached-decoder.ts';
import { greedy, type GreedyRules } from './greedy.ts';
import type { Runtime, Session, Values } from './session.ts';

const VOCABULARY = 12;
const END = 0;
const SHAPE = { layers: 2, heads: 3, headDim: 4 };

const value = (data: unknown, dims: readonly number[]): Values => ({ data, dims });
const runtime: Runtime = { floats: value, integers: value, flags: value };

interface Fake {
  readonly session: Session;
  readonly runs: Readonly<Record<string, Values>>[];
}

/** A decoder whose likeliest token follows from how many it was given before, as its cache says. */
function fake(wanted: readonly number[], more: readonly string[] = ['use_cache_branch']): Fake {
  const runs: Readonly<Record<string, Values>>[] = [];
  const names = pastNames(SHAPE.layers);
  const session: Session = {
    inputNames: ['input_ids', 'encoder_hidden_states', ...names, ...more],
    outputNames: ['logits', ...names.map((name) => name.replace('past_key_values', 'present'))],
    run: (feeds) => {
      runs.push(feeds);
      const given = feeds.input_ids?.dims[1] ?? 0;
      const before = feeds['past_key_values.0.decoder.key']?.dims[2] ?? 0;
      const logits = new Float32Array(given * VOCABULARY);
      // The first pass has the prompt: the answer's first token stands behind its last.
      const step = before === 0 ? 0 : before - 2;
      logits[(given - 1) * VOCABULARY + (wanted[step] ?? END)] = 5;
      logits[(given - 1) * VOCABULARY + 7] = 4;
      const isFirst = before === 0;
      const cache = names.map((name) => {
        const isEncoder = name.includes('.encoder.');
        const length = isEncoder ? (isFirst ? 50 : 0) : before + given;
        return [
          name.replace('past_key_values', 'present'),
          value(new Float32Array(0), [1, 3, length, 4]),
        ] as const;
      });
      return Promise.resolve({ logits: value(logits, [1, given, VOCABULARY]), ...Object.fromEntries(cache) });
    },
  };
  return { session, runs };
}

const RULES: GreedyRules = { prompt: [1, 2, 3], end: END, most: 20 };
const decoderOf = ({ session }: Fake, heard = 50): CachedDecoder =>
  new CachedDecoder(session, runtime, value(new Float32Array(0), [1, 50, 12]), SHAPE, heard);

describe('greedy decoding', () => {
  it('takes the likeliest until the end, one token a step', async () => {
    const network = fake([4, 5, 6]);
    const { tokens, isLoop, meanLogProb } = await greedy(decoderOf(network), RULES);
    expect([tokens, isLoop]).toEqual([[4, 5, 6], false]);
    // Four choices of 5 against 4 and ten zeros, the end among them.
    expect(meanLogProb).toBeCloseTo(5 - Math.log(Math.exp(5) + Math.exp(4) + 10), 5);
    expect(network.runs.map(({ input_ids: ids }) => ids?.data)).toEqual(
      [[1, 2, 3], [4], [5], [6]].map((ids) => BigInt64Array.from(ids, BigInt)),
    );
  });

  it('begins with an empty cache, keeps what was heard, and lets the rest grow', async () => {
    const network = fake([4, 5]);
    await greedy(decoderOf(network), RULES);
    const lengths = (name: string): unknown[] => network.runs.map((feeds) => feeds[name]?.dims[2]);
    expect(lengths('past_key_values.1.decoder.value')).toEqual([0, 3, 4]);
    expect(lengths('past_key_values.1.encoder.key')).toEqual([0, 50, 50]);
    expect(network.runs.map((feeds) => [...(feeds.use_cache_branch?.data as Uint8Array)])).toEqual([
      [0],
      [1],
      [1],
    ]);
  });

  it('gives a mask to decoders that take one, and no branch to those that have none', async () => {
    const network = fake([4], ['encoder_attention_mask']);
    await greedy(decoderOf(network, 7), RULES);
    expect(network.runs[0]?.encoder_attention_mask).toEqual(value(new BigInt64Array(7).fill(1n), [1, 7]));
    expect(network.runs[0]).not.toHaveProperty('use_cache_branch');
  });

  it('never takes what is suppressed, nor what lies behind the barrier', async () => {
    const suppressed = await greedy(decoderOf(fake([4, 5])), { ...RULES, suppressed: [4] });
    expect(suppressed.tokens).toEqual([7, 5]);
    const first = await greedy(decoderOf(fake([END, 5])), { ...RULES, suppressedFirst: [END, 7] });
    expect(first.tokens[0]).toBe(1);
    const barred = await greedy(decoderOf(fake([9, 5])), { ...RULES, barrier: 8 });
    expect(barred.tokens).toEqual([7, 5]);
  });

  it('cuts a loop, and stops at the most', async () => {
    const loop = await greedy(decoderOf(fake([4, ...Array<number>(30).fill(5)])), { ...RULES, most: 30 });
    expect(loop).toMatchObject({ tokens: [4, 5], isLoop: true });
    const most = await greedy(decoderOf(fake([4, 5, 6, 8, 9])), { ...RULES, most: 3 });
    expect(most).toMatchObject({ tokens: [4, 5, 6], isLoop: false });
  });

  it('tells the probability of a token behind the first of the prompt', async () => {
    const { watched } = await greedy(decoderOf(fake([4])), { ...RULES, prompt: [1], watched: 7 });
    expect(watched).toBeCloseTo(Math.exp(4) / (Math.exp(5) + Math.exp(4) + 10), 6);
  });

  it('stops when it is asked to', async () => {
    let runs = 0;
    const signal = {
      get aborted() {
        return runs > 2;
      },
      throwIfAborted: () => {
        runs += 1;
        if (runs > 2) throw new Error('stopped');
      },
    };
    const network = fake([4, 5, 6, 8]);
    await expect(greedy(decoderOf(network), { ...RULES, signal })).rejects.toThrow('stopped');
    expect(network.runs).toHaveLength(2);
  });

  it('fails when the network gives no logits', async () => {
    const { session } = fake([4]);
    const broken: Session = {
      ...session,
      run: async (feeds) => ({
        ...(await session.run(feeds)),
        logits: value(new Float64Array(12), [1, 3, 4]),
      }),
    };
    await expect(greedy(decoderOf({ session: broken, runs: [] }), RULES)).rejects.toThrow(
      'logits: expected float32',
    );
  });
});
