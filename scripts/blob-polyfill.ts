/**
 * Takes the place of npm's blob-polyfill, which soundswallower imports: every browser that Atelier runs in has a Blob, and
 * the polyfill looks for a document, which a worker has not.
 */
const { Blob } = globalThis;
export { Blob };
