import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { hnswlib } from './vite-hnswlib.ts';

const plugin = hnswlib();
const script = createRequire(import.meta.url).resolve('hnswlib-wasm/lib/hnswlib.mjs');

type Hook = (...args: readonly unknown[]) => unknown;
const run = (hook: unknown, ...args: readonly unknown[]): unknown => (hook as Hook)(...args);

const transformed = (code: string, id = script): string | undefined =>
  (run(plugin.transform, code, id) as { code: string } | undefined)?.code;

describe('hnswlib plugin', () => {
  it('leaves no `new Function` and no inlined WebAssembly in the script', () => {
    const before = readFileSync(script, 'utf8');
    const after = transformed(before) ?? '';
    expect(before).toContain('newFunc(Function');
    expect(after).not.toContain('newFunc(Function');
    expect(after).not.toMatch(/base64,[A-Za-z0-9+/]{40}/);
    expect(after.length).toBeLessThan(before.length - 600_000);
    expect(after).toContain('makeInvoker({');
    expect(after).toContain('makeMethodCaller(types)');
  });

  it('stops at a script that it does not know', () => {
    expect(() => transformed('var nothing;')).toThrow('has changed');
    expect(transformed('var nothing;', '/src/main.ts')).toBeUndefined();
  });

  it('makes a file of the WebAssembly', () => {
    const resolved = run(plugin.resolveId, 'virtual:hnswlib.wasm?url');
    if (typeof resolved !== 'string') throw new Error('the WebAssembly was not resolved');
    const file = resolved.replace('?url', '');
    expect(existsSync(file)).toBe(true);
    expect(WebAssembly.validate(readFileSync(file))).toBe(true);
    expect(run(plugin.resolveId, './other.ts')).toBeUndefined();
  });
});
