import { describe, expect, it } from 'vitest';
import { Claims } from './claims.ts';

const isSettled = (promise: Promise<void>): Promise<boolean> =>
  Promise.race([promise.then(() => true), Promise.resolve(false)]);

describe('Claims', () => {
  it('lets one owner have a key until it is freed', async () => {
    const claims = new Claims();
    expect(claims.take('1 a', 0)).toBeUndefined();
    expect(claims.take('1 b', 1)).toBeUndefined();
    expect(claims.size).toBe(2);
    const wait = claims.take('1 a', 1);
    if (wait === undefined) throw new Error('the key was given away twice');
    expect(await isSettled(wait)).toBe(false);
    claims.free('1 a');
    await wait;
    expect(claims.take('1 a', 1)).toBeUndefined();
  });

  it('frees what a dead owner had, and nothing else', async () => {
    const claims = new Claims();
    expect([claims.take('1 a', 0), claims.take('1 b', 1)]).toEqual([undefined, undefined]);
    const first = claims.take('1 a', 1);
    const second = claims.take('1 b', 0);
    if (first === undefined || second === undefined) throw new Error('a key was given away twice');
    claims.freeAllOf(0);
    await first;
    expect(await isSettled(second)).toBe(false);
  });

  it('does not mind a key that nobody has', () => {
    const claims = new Claims();
    claims.free('1 a');
    expect(claims.take('1 a', 0)).toBeUndefined();
  });
});
