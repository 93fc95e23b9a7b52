/** The version of package.json, written in by the build. */
declare const __ATELIER_VERSION__: string;

/** AssemblyScript, compiled by scripts/vite-assembly.ts: the address of the WebAssembly file. */
declare module '*?assembly' {
  const url: string;
  export default url;
}

declare module '*?assembly&memory=imported' {
  const url: string;
  export default url;
}
