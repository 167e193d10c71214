import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Every vendor has one door; what passes it elsewhere is refused here. */
const vendorDoors = [
  { door: 'libs/kube', names: ['@kubernetes/client-node', 'undici'] },
  { door: 'libs/kafka', names: ['kafkajs', '@platformatic/kafka'] },
  { door: 'libs/ingress', names: ['express'] },
  {
    door: 'libs/runtime',
    names: [
      'prom-client',
      '@opentelemetry/api',
      '@opentelemetry/sdk-trace-base',
      '@opentelemetry/resources',
      '@opentelemetry/exporter-trace-otlp-http',
    ],
  },
];

const bannedBeside = (door) =>
  vendorDoors
    .filter((entry) => entry.door !== door)
    .flatMap(({ door: home, names }) =>
      names.map((name) => ({ name, message: `Only ${home} may import ${name}; use what it exports.` })),
    );

const pureFolders = {
  group: [
    'node:fs*',
    'node:http*',
    'node:https',
    'node:net',
    'node:tls',
    'node:child_process',
    '**/adapters/**',
  ],
  message: 'Decisions are pure: do the IO at the edge and hand the data in.',
};

const restrictedImports = (door, patterns = []) => ({
  'no-restricted-imports': ['error', { paths: bannedBeside(door), patterns }],
});

const config = tseslint.config(
  {
    ignores: [
      '**/out-tsc/**',
      '**/dist/**',
      '**/node_modules/**',
      '.local/**',
      '.nx/**',
      '**/*.mjs',
      '**/*.cjs',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { '@nx': nx },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Index signatures are read by name all over Kubernetes objects; tsconfig asks for brackets there.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'The environment is read once, in main.ts, and handed on.',
        },
      ],
      'max-lines': ['error', { max: 350, skipComments: true }],
      complexity: ['error', 10],
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
      ...restrictedImports(undefined),
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          allow: [],
          depConstraints: [
            { sourceTag: 'scope:shared', onlyDependOnLibsWithTags: ['scope:shared', 'scope:tools'] },
            { sourceTag: 'scope:controller', onlyDependOnLibsWithTags: ['scope:controller', 'scope:shared'] },
            { sourceTag: 'scope:job-sink', onlyDependOnLibsWithTags: ['scope:job-sink', 'scope:shared'] },
            { sourceTag: 'scope:kafka-sink', onlyDependOnLibsWithTags: ['scope:kafka-sink', 'scope:shared'] },
            { sourceTag: 'scope:tools', onlyDependOnLibsWithTags: ['scope:tools', 'scope:shared'] },
            {
              sourceTag: 'type:app',
              onlyDependOnLibsWithTags: [
                'type:adapter',
                'type:engine',
                'type:domain',
                'type:contract',
                'type:util',
                'type:testing',
              ],
            },
            {
              sourceTag: 'type:adapter',
              onlyDependOnLibsWithTags: ['type:domain', 'type:contract', 'type:util', 'type:testing'],
            },
            {
              sourceTag: 'type:engine',
              onlyDependOnLibsWithTags: ['type:contract', 'type:util', 'type:testing'],
            },
            {
              sourceTag: 'type:domain',
              onlyDependOnLibsWithTags: ['type:domain', 'type:contract', 'type:testing'],
            },
            {
              sourceTag: 'type:contract',
              onlyDependOnLibsWithTags: ['type:contract', 'type:testing'],
              allowedExternalImports: ['zod', '@jest/*', 'fast-check', 'yaml', '@grafana/*'],
            },
            { sourceTag: 'type:util', onlyDependOnLibsWithTags: ['type:contract', 'type:testing'] },
            {
              sourceTag: 'type:testing',
              onlyDependOnLibsWithTags: ['type:platform', 'type:adapter', 'type:contract'],
            },
            { sourceTag: 'type:platform', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'type:tool', onlyDependOnLibsWithTags: ['type:contract', 'type:platform'] },
            {
              sourceTag: 'type:e2e',
              onlyDependOnLibsWithTags: ['type:platform', 'type:testing', 'type:adapter', 'type:contract'],
            },
          ],
        },
      ],
    },
  },
  ...vendorDoors.map(({ door }) => ({ files: [`${door}/**/*.ts`], rules: restrictedImports(door) })),
  {
    files: ['apps/*/src/domain/**/*.ts', 'libs/cloudevents/src/**/*.ts', 'libs/job-plan/src/**/*.ts'],
    rules: restrictedImports(undefined, [pureFolders]),
  },
  {
    files: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ImportDeclaration[source.value="@event-sinks/testing"]',
          message: 'Only tests may import @event-sinks/testing.',
        },
      ],
    },
  },
  {
    files: ['apps/*/src/main.ts', 'tools/**/*.ts', 'e2e/**/*.ts', 'libs/testing/**/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['**/*.test.ts', '**/test/**/*.ts', 'e2e/**/*.ts'],
    rules: {
      'max-lines': 'off',
      'max-params': 'off',
      'no-restricted-properties': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);

export default config;
