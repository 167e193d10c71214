import { base } from './base.mjs';

const config = { ...base, testRegex: '(?<!\\.(int|e2e))\\.test\\.ts$' };

export default config;
