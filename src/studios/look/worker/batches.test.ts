import { describe, expect, it } from 'vitest';
import { deferred } from '../../../kernel/deferred.ts';
import { Batches } from './batches.ts';

/** Every promise that can settle has done so. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A network that answers each input with itself, when it is told to. */
function network() {
  const passes: { readonly inputs: readonly Float32Array[]; readonly go: (failure?: Error) => void }[] = [];
  const batches = new Batches((inputs) => {
    const answer = deferred<Float32Array<ArrayBuffer>[]>();
    passes.push({
      inputs,
      go: (failure) =>
        failure === undefined
          ? answer.resolve(inputs.map((input) => Float32Array.from(input)))
          : answer.reject(failure),
    });
    return answer.promise;
  });
  const sizes = (): number[] => passes.map(({ inputs }) => inputs.length);
  const one = (value: number): Promise<Float32Array> =>
    batches.expect((embed) => embed(Float32Array.of(value)));
  return { batches, passes, sizes, one };
}

describe('batches', () => {
  it('takes one alone when nobody else is on the way, then two of those that gathered', async () => {
    const { passes, sizes, one } = network();
    const answers = Array.from({ length: 7 }, (_, i) => one(i));
    await turn();
    // The first two were there when the first could have gone: the others came while it was at work.
    expect(sizes()).toHaveLength(1);
    // More are pushed while these are let go.
    for (const { go } of passes) {
      go();
      await turn();
    }
    expect(sizes().reduce((sum, size) => sum + size, 0)).toBe(7);
    expect(Math.max(...sizes())).toBe(2);
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 7 }, (_, i) => Float32Array.of(i)));
  });

  it('lets one wait for another that is on its way, and go when that does not come', async () => {
    const { batches, passes, sizes, one } = network();
    const late = deferred<void>();
    const broken = batches.expect(() => late.promise);
    const answer = one(1);
    await turn();
    expect(sizes()).toEqual([]);
    late.resolve();
    await broken;
    await turn();
    expect(sizes()).toEqual([1]);
    passes[0]?.go();
    expect(await answer).toEqual(Float32Array.of(1));
  });

  it('fails those of a pass that failed, and goes on', async () => {
    const { passes, one } = network();
    const first = one(1);
    await turn();
    const second = one(2);
    passes[0]?.go(new Error('no memory'));
    await expect(first).rejects.toThrow('no memory');
    await turn();
    passes[1]?.go();
    expect(await second).toEqual(Float32Array.of(2));
  });
});
