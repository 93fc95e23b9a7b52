import { describe, expect, it } from 'vitest';
import { stayHome } from './stay-home.ts';

/** A scope whose `fetch` sits on a prototype, as in browsers; a fresh class each time, since sealing changes the class. */
function makeScope() {
  class Base {
    fetch(input: unknown): Promise<Response> {
      return Promise.resolve(new Response(String(input)));
    }
  }
  class Scope extends Base {
    readonly location = { origin: 'https://here.example', href: 'https://here.example/site/sw.js' };
    // Configurable, as the browser's own are.
    WebSocket: unknown = class {};
  }
  return { scope: new Scope(), inherited: Base.prototype };
}

describe('stayHome', () => {
  it('lets its own origin through, by absolute and relative address', async () => {
    const { scope } = makeScope();
    stayHome(scope);
    expect(await (await scope.fetch('../other')).text()).toBe('../other');
    expect((await scope.fetch(new URL('https://here.example/x'))).ok).toBe(true);
  });

  it.each([
    'https://elsewhere.example/',
    '//elsewhere.example/x',
    'http://here.example/',
    'https://here.example:8443/',
  ])('refuses %s', async (address) => {
    const { scope } = makeScope();
    stayHome(scope);
    await expect(scope.fetch(address)).rejects.toThrow('own origin');
    await expect(scope.fetch(new Request(new URL(address, scope.location.href)))).rejects.toThrow(
      'own origin',
    );
  });

  it('cannot be undone, and leaves no other way out', () => {
    const { scope, inherited } = makeScope();
    stayHome(scope);
    expect(Reflect.set(scope, 'fetch', () => undefined)).toBe(false);
    expect(Reflect.deleteProperty(scope, 'fetch')).toBe(false);
    expect(scope.WebSocket).toBeUndefined();
    return expect(inherited.fetch.call(scope, 'https://elsewhere.example/')).rejects.toThrow('own origin');
  });
});
