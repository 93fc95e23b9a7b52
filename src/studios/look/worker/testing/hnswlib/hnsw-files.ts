const ENOENT = 44;

/**
 * hnswlib-wasm's imports without its file system: it would mount Emscripten's IDBFS, and nothing here is read or written by
 * it.
 *
 * @param imports what Emscripten's script provides
 * @param onSync called when the library wants its file system brought to disk
 */
export const withoutFiles = (imports: WebAssembly.Imports, onSync: () => void): WebAssembly.Imports => ({
  ...imports,
  env: {
    ...imports.env,
    __syscall_openat: () => -ENOENT,
    // The one embedded script of the library mounts IDBFS.
    emscripten_asm_const_int: () => 0,
    syncIdb_js: onSync,
  },
});
