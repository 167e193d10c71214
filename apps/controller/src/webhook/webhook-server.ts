import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { readReview } from '../domain/admission/admission-review.ts';
import { BodyError, readJson } from './read-json.ts';
import { review, type Verdict } from './review.ts';
import { RequestsUnderWay } from './requests-under-way.ts';
import { ReviewRoom, type ReviewSpace } from './review-room.ts';
import type { ServingPair } from '../domain/certificate/certificate-view.ts';
import type { TemplateTrial } from './template-trial.ts';
import { ConnectionLimit, type Clock, type ConnectionLimitOptions, type Logger } from '@event-sinks/runtime';

/** The webhook's endpoint; it takes connections before it has a certificate, but no handshake succeeds then. */
export interface WebhookServer {
  listen(): Promise<{ readonly port: number }>;
  /** New connections get this certificate; those that are open go on with theirs. */
  use(pair: ServingPair): void;
  /** Answers what comes for so long, asking clients to connect elsewhere, then what is in flight, then ends. */
  drain(delayMs: number): Promise<void>;
}

/** Every bound of the endpoint that can be set. */
export interface WebhookLimits {
  readonly maxConnections: number;
  /** Connections from one address. */
  readonly maxConnectionsPerPeer: number;
  /** For the TLS handshake, for the headers, and for a whole request, in milliseconds. */
  readonly receiveTimeoutMs: number;
}

/** What was reached when a connection was closed or a request refused. */
export type ReachedLimit = 'connections' | 'bytes';

/** What {@link createWebhookServer} takes. */
export interface WebhookServerOptions {
  readonly port: number;
  readonly trial: TemplateTrial;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reviewed: (verdict: Verdict, seconds: number) => void;
  readonly limits: WebhookLimits;
  readonly onLimit: (limit: ReachedLimit) => void;
}

/** Two of the largest objects that the API server takes, the old and the new one, with room for escapes. */
const maxBodyBytes = 8 * 1024 * 1024;

/** Anybody in the cluster can connect; this bounds the memory that bodies take. */
const maxBytesInFlight = 32 * 1024 * 1024;

/** How often deadlines are looked at; Node's default is half a minute. */
const lookAtDeadlinesMs = 1_000;

/** Below the `timeoutSeconds` of the configuration, so that the API server hears our words and not its own. */
const deadlineMs = 8_000;

/** The path that the chart's configuration names. */
export const webhookPath = '/validate-job-sink';

/** Makes the server; it serves after {@link WebhookServer.listen}. */
export function createWebhookServer(options: WebhookServerOptions): WebhookServer {
  const { clock, limits, onLimit } = options;
  let draining = false;
  const requests = new RequestsUnderWay();
  const room = new ReviewRoom({
    maxBytes: maxBytesInFlight,
    now: () => clock.monotonic(),
    onFull: () => {
      onLimit('bytes');
    },
  });
  const timeouts = {
    handshakeTimeout: limits.receiveTimeoutMs,
    headersTimeout: limits.receiveTimeoutMs,
    requestTimeout: limits.receiveTimeoutMs,
    connectionsCheckingInterval: Math.min(lookAtDeadlinesMs, limits.receiveTimeoutMs / 2),
  };
  const server = createServer({ minVersion: 'TLSv1.2', ...timeouts }, (request, response) => {
    const { socket } = request;
    const end = requests.begin(socket);
    // No API server sends a request before it has the answer to the one before.
    if (end === undefined) {
      socket.destroy();
      return;
    }
    const space = room.open(() => {
      socket.destroy();
    });
    const onReceived = (): void => {
      space.received();
      requests.received(socket);
    };
    void answer(options, request, { space, onReceived }).then((reply) => {
      space.close();
      end();
      // What is left of a refused body is not read, so that connection is of no more use either.
      if (draining || reply.status !== 200) response.setHeader('Connection', 'close');
      send(response, reply);
    });
  });
  // Go's client keeps idle connections for 90 s; were we the first to close, a request could meet the closing.
  server.keepAliveTimeout = 120_000;
  limitConnections(server, {
    max: limits.maxConnections,
    maxPerPeer: limits.maxConnectionsPerPeer,
    isBusy: (socket) => requests.isReviewing(socket),
    onCut: () => {
      onLimit('connections');
    },
  });
  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.port, () => {
          resolve({ port: (server.address() as AddressInfo).port });
        });
      }),
    use: ({ certificate, key }) => {
      server.setSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' });
    },
    async drain(delayMs) {
      draining = true;
      if (!server.listening) return;
      await clock.sleep(delayMs);
      const closed = new AbortController();
      server.close(() => {
        closed.abort();
      });
      server.closeIdleConnections();
      await clock.sleep(deadlineMs, closed.signal);
      server.closeAllConnections();
    },
  };
}

/** Bounds the connections before any of them may begin its TLS handshake. */
function limitConnections(server: Server, options: ConnectionLimitOptions): void {
  const limit = new ConnectionLimit(options);
  const [serve] = server.listeners('connection');
  if (serve === undefined) throw new Error('the HTTPS server takes no connections');
  server.off('connection', serve as (socket: Socket) => void);
  server.on('connection', (socket: Socket) => {
    if (limit.take(socket)) serve.call(server, socket);
  });
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** What is told about a request while it is read. */
interface Receiving {
  readonly space: ReviewSpace;
  readonly onReceived: () => void;
}

async function answer(
  options: WebhookServerOptions,
  request: IncomingMessage,
  { space, onReceived }: Receiving,
): Promise<Reply> {
  const started = options.clock.monotonic();
  try {
    refuseOthers(request);
    const body = await readJson(request, maxBodyBytes, space);
    onReceived();
    const admission = readReview(body);
    if (admission === undefined)
      throw new BodyError(400, 'the body is no AdmissionReview of admission.k8s.io/v1');
    const judged = await review(admission, options.trial, AbortSignal.timeout(deadlineMs));
    options.reviewed(judged.verdict, (options.clock.monotonic() - started) / 1000);
    return { status: 200, body: judged.answer };
  } catch (error) {
    if (error instanceof BodyError) return { status: error.status, body: { error: error.message } };
    // Its sender has left, or was cut.
    if (!request.complete) return { status: 400, body: { error: 'the request is not complete' } };
    options.logger.error('A request for admission could not be answered', { error });
    return { status: 500, body: { error: 'internal error' } };
  }
}

function refuseOthers(request: IncomingMessage): void {
  // The API server adds `?timeout=10s`.
  if (request.url?.split('?', 1)[0] !== webhookPath) throw new BodyError(404, 'not found');
  if (request.method !== 'POST') throw new BodyError(405, 'only POST is taken');
}

function send(response: ServerResponse, { status, body }: Reply): void {
  const text = JSON.stringify(body);
  if (status === 405) response.setHeader('Allow', 'POST');
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
