// A request that is never answered fails by its own name, before the limit of the test hides which one it was.
const limitMs = 30_000;
const { fetch } = globalThis;

globalThis.fetch = (input, init) => fetch(input, { signal: AbortSignal.timeout(limitMs), ...init });
