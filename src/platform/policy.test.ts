import { describe, expect, it } from 'vitest';
import { forbidsForeignHosts, headersFor, isWorkerScript, metaPolicy } from './policy.ts';

const policyOf = (path: string): string => headersFor(path)['Content-Security-Policy'] ?? '';

describe('policies', () => {
  it('keep every file but connected.html at home', () => {
    const files = [
      '/',
      '/index.html',
      '/sw.js',
      '/worker-frame.html',
      '/workers/embed.worker-a1.js',
      '/x.js',
    ];
    for (const file of files) expect(forbidsForeignHosts(policyOf(file)), file).toBe(true);
    expect(forbidsForeignHosts(policyOf('/connected.html'))).toBe(false);
  });

  it('give unsafe-eval to nothing', () => {
    const workers = [
      '/workers/embed.worker-a1.js',
      '/workers/graph.worker-a1.js',
      '/workers/library.worker-a1.js',
      '/workers/twins.worker-a1.js',
    ];
    for (const file of ['/', '/connected.html', '/worker-frame.html', '/sw.js', ...workers])
      expect(policyOf(file), file).not.toContain("'unsafe-eval'");
  });

  it('allow no inline script anywhere', () => {
    for (const file of ['/', '/connected.html', '/worker-frame.html'])
      expect(/script-src [^;]*'unsafe-inline'/.test(policyOf(file)), file).toBe(false);
  });

  it('forbid framing, except of the workers’ own document', () => {
    expect(policyOf('/index.html')).toContain("frame-ancestors 'none'");
    expect(policyOf('/worker-frame.html')).not.toContain('frame-ancestors');
    // Browsers warn about it in a meta element.
    expect(metaPolicy('/index.html')).not.toContain('frame-ancestors');
  });
});

describe('forbidsForeignHosts', () => {
  it.each([
    ["connect-src 'self'", true],
    ["default-src 'none'", true],
    ["Default-Src 'self'; script-src *", true],
    ["default-src 'none'; connect-src 'self' https:", false],
    ["default-src *; connect-src 'none'", true],
    ["script-src 'self'", false],
    ['', false],
  ])('%s: %s', (policy, expected) => {
    expect(forbidsForeignHosts(policy)).toBe(expected);
  });
});

describe('isWorkerScript', () => {
  it.each([
    ['/workers/embed.worker-1a2b.js', true],
    ['/site/workers/graph.worker-x.js', true],
    ['/workers/chunks/tfjs-1.js', false],
    ['/assets/main-1.js', false],
  ])('%s: %s', (path, expected) => {
    expect(isWorkerScript(path)).toBe(expected);
  });
});
