import { fileURLToPath } from 'node:url';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));

/** What both kinds of tests share: ESM, types stripped by swc, a tally for the closing line. */
export const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'nodenext' } },
    ],
  },
  modulePathIgnorePatterns: ['/out-tsc/', '/dist/'],
  reporters: ['default', file('./tally-reporter.mjs'), file('./ending-reporter.mjs')],
};

/** What tests with real servers share: one file at a time, and no request without an end. */
export const withServers = { ...base, setupFiles: [file('./bounded-fetch.mjs')], maxWorkers: 1 };
