import { describe, expect, it } from 'vitest';
import { deferred } from './deferred.ts';
import { Turnstile } from './turnstile.ts';

describe('Turnstile', () => {
  it('runs no more than its width at once, in order', async () => {
    const turnstile = new Turnstile(2);
    const works = Array.from({ length: 5 }, () => deferred<void>());
    const begun: number[] = [];
    const ended = works.map((work, at) =>
      turnstile.run(async () => {
        begun.push(at);
        await work.promise;
        return at;
      }),
    );
    expect(begun).toEqual([0, 1]);
    works[1]?.resolve();
    expect(await ended[1]).toBe(1);
    expect(begun).toEqual([0, 1, 2]);
    for (const work of works) work.resolve();
    expect(await Promise.all(ended)).toEqual([0, 1, 2, 3, 4]);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
  });

  it('goes on after a failure, which is its caller’s', async () => {
    const turnstile = new Turnstile(1);
    const broken = turnstile.run(() => Promise.reject(new Error('broken')));
    const next = turnstile.run(() => Promise.resolve('next'));
    await expect(broken).rejects.toThrow('broken');
    expect(await next).toBe('next');
  });
});
