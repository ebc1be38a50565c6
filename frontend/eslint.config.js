import { readdirSync } from 'node:fs';

import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** The layers, lowest first: a layer imports only from the layers before it and from itself. */
const LAYERS = [['utils', 'types'], ['api'], ['stores'], ['hooks'], ['components']];

/** The folders of `src/components`, lowest first, under the same rule. */
const COMPONENT_LAYERS = ['common', 'layout', 'datasets', 'panels'];

/** The parts of the datasets panel: one folder each. */
const PARTS = readdirSync(new URL('src/components/datasets', import.meta.url));

/** `shared` may be imported by every part; `detail` may import every part, because it shows the tabs. */
const SHARED_PART = 'shared';
const ASSEMBLING_PART = 'detail';

const NO_TEST_HELPERS = { group: ['**/test/**'], message: 'Only tests import from src/test.' };

/** Return a configuration that keeps `files` from importing anything in `folders`. */
function forbidImports({ files, folders, message }) {
  const group = folders.map((folder) => `**/${folder}/**`);
  return {
    files: [`${files}/**/*.{ts,tsx}`],
    ignores: ['**/*.test.{ts,tsx}'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [...(group.length > 0 ? [{ group, message }] : []), NO_TEST_HELPERS] },
      ],
    },
  };
}

const layerRules = LAYERS.flatMap((layer, index) =>
  layer.map((name) =>
    forbidImports({
      files: `src/${name}`,
      folders: LAYERS.slice(index + 1).flat(),
      message: 'Imports go one way: utils, types ← api ← stores ← hooks ← components.',
    }),
  ),
);

// A later configuration replaces the rule of an earlier one, so these come after the layers, and the parts after these.
const componentRules = COMPONENT_LAYERS.map((name, index) =>
  forbidImports({
    files: `src/components/${name}`,
    folders: COMPONENT_LAYERS.slice(index + 1),
    message: 'Imports go one way: common ← layout ← datasets ← panels.',
  }),
);

const partRules = PARTS.map((part) => {
  const others = PARTS.filter((other) => other !== part && other !== SHARED_PART);
  return forbidImports({
    files: `src/components/datasets/${part}`,
    folders: [...(part === ASSEMBLING_PART ? [] : others), 'panels'],
    message: 'A part of the datasets panel imports only from shared/, common/ and the layers below.',
  });
});

export default tseslint.config(
  { ignores: ['coverage', 'dist', 'node_modules', 'src/types/api.gen.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        project: ['./tsconfig.json', './tsconfig.node.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      'no-console': 'error',
      'no-warning-comments': 'error',
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
    },
  },
  ...layerRules,
  ...componentRules,
  ...partRules,
  {
    files: ['**/*.{js,cjs}'],
    ignores: ['public/**'],
    languageOptions: { globals: { ...globals.node } },
  },
  {
    files: ['public/**/*.js'],
    languageOptions: { globals: { ...globals.browser }, sourceType: 'script' },
  },
);
