import type { Plugin } from 'vite';
import { connectedPolicy, pagePolicy } from '../src/platform/policy.ts';

/** Writes the Content-Security-Policy into the built HTML, so that it holds on hosts that send no headers too. */
export function contentSecurityPolicy(): Plugin {
  return {
    name: 'atelier-content-security-policy',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { filename }) {
        const policy = filename.endsWith('connected.html') ? connectedPolicy() : pagePolicy();
        const tag = `<meta http-equiv="Content-Security-Policy" content="${policy}" />`;
        return html.replace('<meta charset="utf-8" />', `<meta charset="utf-8" />\n    ${tag}`);
      },
    },
  };
}
