import boundaries from 'eslint-plugin-boundaries';
import jsdoc from 'eslint-plugin-jsdoc';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const element = (type, pattern, extra = {}) => ({ type, pattern, ...extra });
const inStudio = (type, folder) => element(type, `src/studios/*/${folder}`, { capture: ['studio'] });
const own = (...types) =>
  types.map((type) => ({ to: { type, captured: { studio: '{{from.captured.studio}}' } } }));
const any = (...types) => types.map((type) => ({ to: { type } }));

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'test-results/', 'playwright-report/', 'coverage/', 'public/'] },
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
        element('kernel', 'src/kernel'),
        inStudio('engine', 'engine'),
        inStudio('protocol', 'worker/protocol.ts'),
        inStudio('worker', 'worker'),
        inStudio('state', 'state'),
        inStudio('studio-ui', 'ui'),
        element('studio-index', 'src/studios/*/index.ts', { mode: 'full', capture: ['studio'] }),
        element('platform', 'src/platform'),
        element('ui', 'src/ui'),
        element('app', 'src/app'),
        element('sw', 'src/sw'),
        element('main', 'src/main.ts', { mode: 'full' }),
      ],
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          rules: [
            { from: { type: 'kernel' }, allow: any('kernel') },
            { from: { type: 'engine' }, allow: [...any('kernel'), ...own('engine')] },
            { from: { type: 'worker' }, allow: [...any('kernel', 'platform'), ...own('engine', 'worker')] },
            { from: { type: 'platform' }, allow: any('kernel', 'platform') },
            { from: { type: 'ui' }, allow: any('kernel', 'ui') },
            {
              from: { type: 'state' },
              allow: [...any('kernel', 'platform'), ...own('engine', 'state', 'worker')],
            },
            { from: { type: 'studio-ui' }, allow: [...any('kernel', 'ui'), ...own('studio-ui', 'state')] },
            {
              from: { type: 'studio-index' },
              allow: [...any('kernel', 'platform'), ...own('studio-ui', 'state')],
            },
            { from: { type: 'app' }, allow: any('app', 'studio-index', 'ui', 'platform', 'kernel') },
            { from: { type: 'sw' }, allow: any('sw', 'platform', 'kernel') },
            { from: { type: 'main' }, allow: any('app', 'ui') },
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
