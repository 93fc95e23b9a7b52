import boundaries from 'eslint-plugin-boundaries';
import jsdoc from 'eslint-plugin-jsdoc';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const inStudio = (type, folder) => ({ type, pattern: `src/studios/*/${folder}`, capture: ['studio'] });
const own = (...types) =>
  types.map((type) => ({
    to: { element: { type, captured: { studio: '{{from.element.captured.studio}}' } } },
  }));
const any = (...types) => types.map((type) => ({ to: { element: { type } } }));
const ownProtocol = {
  to: {
    element: { type: 'worker', captured: { studio: '{{from.element.captured.studio}}' } },
    file: { categories: 'protocol' },
  },
};
const may = (type, ...allow) => ({ from: { element: { type } }, allow: allow.flat() });

export default ts.config(
  {
    ignores: [
      'dist/',
      '.cache/',
      'node_modules/',
      'test-results/',
      'playwright-report/',
      'coverage/',
      'public/',
      // They run where the package that they compare with is installed.
      'models/*/convert/*.mjs',
      // AssemblyScript: its own compiler checks it, in the build.
      'src/studios/*/assembly/',
    ],
  },
  ...ts.configs.recommendedTypeChecked,
  ...ts.configs.stylisticTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: {
        project: ['tsconfig.json', 'tsconfig.node.json', 'tsconfig.sw.json'],
        extraFileExtensions: ['.svelte'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-eval': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'max-lines': ['error', { max: 500 }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  // Sets and maps that nobody draws stay plain; what is drawn is $state or a Svelte collection.
  { files: ['**/*.svelte.ts'], rules: { 'svelte/prefer-svelte-reactivity': 'off' } },
  {
    // eslint sees other components as `any`; svelte-check types what is handed to them.
    files: ['**/*.svelte'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    ...ts.configs.disableTypeChecked,
    languageOptions: { ...ts.configs.disableTypeChecked.languageOptions, globals: { ...globals.node } },
  },
  {
    files: ['src/**/*.{ts,svelte}'],
    ignores: ['**/*.test.ts'],
    plugins: { boundaries },
    settings: {
      'boundaries/elements': [
        { type: 'kernel', pattern: 'src/kernel' },
        inStudio('engine', 'engine'),
        inStudio('worker', 'worker'),
        inStudio('state', 'state'),
        inStudio('studio-ui', 'ui'),
        { type: 'studio-door', pattern: 'src/studios/*', capture: ['studio'] },
        { type: 'platform', pattern: 'src/platform' },
        { type: 'ui', pattern: 'src/ui' },
        { type: 'app', pattern: 'src/app' },
        { type: 'sw', pattern: 'src/sw' },
        { type: 'main', pattern: 'src' },
      ],
      'boundaries/files': [{ category: 'protocol', pattern: '**/worker/*protocol*.ts' }],
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: [
            may('kernel', any('kernel')),
            may('engine', any('kernel'), own('engine')),
            may('worker', any('kernel', 'platform'), own('engine', 'worker')),
            may('platform', any('kernel', 'platform')),
            may('ui', any('kernel', 'ui')),
            may('state', any('kernel', 'platform'), own('engine', 'state'), ownProtocol),
            may('studio-ui', any('kernel', 'ui'), own('studio-ui', 'state')),
            may('studio-door', any('kernel', 'platform', 'ui'), own('studio-ui', 'state'), ownProtocol),
            may('app', any('app', 'studio-door', 'ui', 'platform', 'kernel')),
            may('sw', any('sw', 'platform', 'kernel')),
            may('main', any('app', 'ui')),
          ],
        },
      ],
    },
  },
  {
    // Functions on tensors and vectors say their shapes, units and errors.
    files: ['src/studios/*/engine/**/*.ts', 'src/kernel/**/*.ts'],
    ignores: ['**/*.test.ts'],
    plugins: { jsdoc },
    settings: { jsdoc: { mode: 'typescript' } },
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        { publicOnly: true, require: { FunctionDeclaration: true, ClassDeclaration: true } },
      ],
      'jsdoc/require-description': 'error',
      'jsdoc/require-param': ['error', { checkDestructured: false }],
      'jsdoc/require-param-description': 'error',
      'jsdoc/check-param-names': ['error', { checkDestructured: false }],
      'jsdoc/require-returns': 'error',
      'jsdoc/require-returns-description': 'error',
      'jsdoc/no-types': 'error',
    },
  },
);
