import type { Plugin } from 'vite';
import { metaPolicy } from '../src/platform/policy.ts';

/** Writes the Content-Security-Policy into the built HTML, so that it holds on hosts that send no headers too. */
export function contentSecurityPolicy(): Plugin {
  return {
    name: 'atelier-content-security-policy',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { filename }) {
        const tag = `<meta http-equiv="Content-Security-Policy" content="${metaPolicy(filename)}" />`;
        return html.replace('<meta charset="utf-8" />', `<meta charset="utf-8" />\n    ${tag}`);
      },
    },
  };
}
