import { createServer, type Server } from 'node:http';
import type { IngressLimits } from './types.ts';

/** A Node server with every limit set explicitly, because several defaults are none. */
export function createHttpServer(limits: IngressLimits): Server {
  const server = createServer({
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    // The body's own deadline answers first; this one also ends a body that nobody reads any more.
    requestTimeout: limits.headersTimeoutMs + limits.bodyTimeoutMs + 1_000,
    connectionsCheckingInterval: Math.min(1_000, Math.max(20, limits.headersTimeoutMs / 5)),
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    insecureHTTPParser: false,
    // Checked in framing.ts: Node's own answer has no Reason.
    requireHostHeader: false,
    noDelay: true,
    // An upgrade is offered, not demanded (RFC 9110, 7.8): the request is served as HTTP/1.1.
    shouldUpgradeCallback: () => false,
  });
  // Not documented, and as old as Node's server: what a client has sent whole before it ended its side is still answered.
  // Without it the event is stored and its answer thrown away.
  Object.assign(server, { httpAllowHalfOpen: true });
  // For a client that does not read its answers: no other limit ends that.
  server.timeout =
    limits.keepAliveTimeoutMs + limits.headersTimeoutMs + limits.bodyTimeoutMs + limits.requestDeadlineMs;
  server.maxHeadersCount = 2_000;
  server.maxRequestsPerSocket = limits.maxRequestsPerSocket ?? 0;
  return server;
}
