import { fileURLToPath } from 'node:url';
import { withServers } from './base.mjs';

const config = {
  ...withServers,
  globalSetup: fileURLToPath(new URL('../../../e2e/support/global-setup.mjs', import.meta.url)),
  testRegex: '\\.e2e\\.test\\.ts$',
  testTimeout: 180_000,
};

export default config;
