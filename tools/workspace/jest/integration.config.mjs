import { base } from './base.mjs';

const config = { ...base, testRegex: '\\.int\\.test\\.ts$', testTimeout: 60_000, maxWorkers: 1 };

export default config;
