import { fileURLToPath } from 'node:url';
import { base } from './base.mjs';

const config = {
  ...base,
  globalSetup: fileURLToPath(new URL('../../../e2e/support/global-setup.mjs', import.meta.url)),
  testRegex: '\\.e2e\\.test\\.ts$',
  testTimeout: 180_000,
  maxWorkers: 1,
};

export default config;
