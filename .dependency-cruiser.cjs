// The import rule of the project (docs/adding-a-studio.md, docs/decisions/0004-layout.md), as dependency-cruiser sees it. eslint-plugin-boundaries
// says the same while typing; this one also follows type imports and finds cycles.
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: '\\.test\\.ts$' },
  to: { path: '^src/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: ['\\.d\\.ts$', '\\.test\\.ts$'] },
      to: {},
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(virtual:|.*\\?(url|worker))' },
    },
    only('kernel-imports-nothing', '^src/kernel/', '^src/kernel/'),
    {
      name: 'kernel-npm',
      severity: 'error',
      from: { path: '^src/kernel/', pathNot: ['^src/kernel/tensors/model[^/]*\\.ts$', '\\.test\\.ts$'] },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    {
      name: 'kernel-model-npm',
      severity: 'error',
      from: { path: '^src/kernel/tensors/model[^/]*\\.ts$', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'], pathNot: '@tensorflow/tfjs-core' },
    },
    only('engine', '^src/studios/([^/]+)/engine/', ['^src/kernel/', '^src/studios/$1/engine/']),
    {
      name: 'engine-npm',
      severity: 'error',
      from: { path: '^src/studios/[^/]+/engine/', pathNot: ['/model[^/]*\\.ts$', '\\.test\\.ts$'] },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    {
      name: 'engine-model-npm',
      severity: 'error',
      from: { path: '^src/studios/[^/]+/engine/model[^/]*\\.ts$', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'], pathNot: '@tensorflow/tfjs-core' },
    },
    only('worker', '^src/studios/([^/]+)/worker/', [
      '^src/kernel/',
      '^src/studios/$1/assembly/',
      '^src/studios/$1/(engine|worker)/',
      '^src/platform/(rpc|storage|model-store|tf-backend|ort|midi-file|audio-file)',
    ]),
    only('platform', '^src/platform/', ['^src/kernel/', '^src/platform/']),
    only('ui', '^src/ui/', ['^src/kernel/', '^src/ui/']),
    only('state', '^src/studios/([^/]+)/state/', [
      '^src/kernel/',
      '^src/platform/',
      '^src/studios/$1/(engine|state)/',
      '^src/studios/$1/worker/protocol[^/]*\\.ts$',
      '^src/studios/$1/worker/[a-z]+-protocol\\.ts$',
      // The address of a worker's script, not its code.
      '^src/studios/$1/worker/[^/]+\\.worker\\.ts',
    ]),
    only('studio-ui', '^src/studios/([^/]+)/ui/', [
      '^src/kernel/',
      '^src/ui/',
      '^src/studios/$1/(ui|state)/',
    ]),
    only('studio-index', '^src/studios/([^/]+)/index\\.ts$', [
      '^src/kernel/',
      '^src/platform/studio\\.ts$',
      '^src/studios/$1/',
    ]),
    only('app', '^src/app/', [
      '^src/app/',
      '^src/studios/[^/]+/index\\.ts$',
      '^src/ui/',
      '^src/platform/',
      '^src/kernel/',
    ]),
    only('cli-and-bench', '^(cli|bench)/', [
      '^src/kernel/',
      '^src/platform/',
      '^src/studios/[^/]+/engine/',
      '^src/studios/[^/]+/worker/protocol[^/]*\\.ts$',
      // bench/pages/engines.ts holds two indexes side by side, which no protocol does.
      '^src/studios/look/worker/(graph-index|graph-module|testing/reranked-index|testing/hnswlib/[^/]+)\\.ts$',
    ]),
    { name: 'e2e-is-outside', severity: 'error', from: { path: '^e2e/' }, to: { path: '^src/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.svelte-kit' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'import', 'browser', 'default', 'types'],
    },
  },
};
