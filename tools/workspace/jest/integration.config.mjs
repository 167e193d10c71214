import { withServers } from './base.mjs';

// Every wait inside a test (a tool, kubectl, a request) ends within 60 s and says what it waited for; the test's own limit
// would only say that it was too long.
const config = { ...withServers, testRegex: '\\.int\\.test\\.ts$', testTimeout: 150_000 };

export default config;
