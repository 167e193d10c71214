import { base } from './base.mjs';

// What hangs is ended by this limit; on a busy machine five seconds, jest's default, end what merely waits for its turn.
const config = { ...base, testRegex: '(?<!\\.(int|e2e))\\.test\\.ts$', testTimeout: 30_000 };

export default config;
