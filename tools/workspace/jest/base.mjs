import { fileURLToPath } from 'node:url';

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
  reporters: ['default', fileURLToPath(new URL('./tally-reporter.mjs', import.meta.url))],
};
