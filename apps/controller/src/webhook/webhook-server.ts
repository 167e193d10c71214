import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { readReview } from '../domain/admission/admission-review.ts';
import { BodyError, readJson } from './read-json.ts';
import { review, type Verdict } from './review.ts';
import type { ServingPair } from '../domain/certificate/certificate-view.ts';
import type { TemplateTrial } from './template-trial.ts';
import type { Clock, Logger } from '@event-sinks/runtime';

/** The webhook's endpoint; it takes connections before it has a certificate, but no handshake succeeds then. */
export interface WebhookServer {
  listen(): Promise<{ readonly port: number }>;
  /** New connections get this certificate; those that are open go on with theirs. */
  use(pair: ServingPair): void;
  /** Answers what comes for so long, asking clients to connect elsewhere, then what is in flight, then ends. */
  drain(delayMs: number): Promise<void>;
}

/** What {@link createWebhookServer} takes. */
export interface WebhookServerOptions {
  readonly port: number;
  readonly trial: TemplateTrial;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reviewed: (verdict: Verdict, seconds: number) => void;
}

/** Two of the largest objects that the API server takes, the old and the new one, with room for escapes. */
const maxBodyBytes = 8 * 1024 * 1024;

/** Anybody in the cluster can connect; this bounds the memory that they can take. */
const maxBytesInFlight = 32 * 1024 * 1024;

/** Below the `timeoutSeconds` of the configuration, so that the API server hears our words and not its own. */
const deadlineMs = 8_000;

/** The path that the chart's configuration names. */
export const webhookPath = '/validate-job-sink';

/** Makes the server; it serves after {@link WebhookServer.listen}. */
export function createWebhookServer(options: WebhookServerOptions): WebhookServer {
  let draining = false;
  let bytesInFlight = 0;
  const server = createServer({ minVersion: 'TLSv1.2' }, (request, response) => {
    const bytes = Math.min(Number(request.headers['content-length'] ?? maxBodyBytes), maxBodyBytes);
    bytesInFlight += bytes;
    void answer(options, request, bytesInFlight > maxBytesInFlight).then((reply) => {
      bytesInFlight -= bytes;
      // What is left of a refused body is not read, so that connection is of no more use either.
      if (draining || reply.status !== 200) response.setHeader('Connection', 'close');
      send(response, reply);
    });
  });
  // Go's client keeps idle connections for 90 s; were we the first to close, a request could meet the closing.
  server.keepAliveTimeout = 120_000;
  server.headersTimeout = 10_000;
  server.requestTimeout = 10_000;
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
      await options.clock.sleep(delayMs);
      const closed = new AbortController();
      server.close(() => {
        closed.abort();
      });
      server.closeIdleConnections();
      await options.clock.sleep(deadlineMs, closed.signal);
      server.closeAllConnections();
    },
  };
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

async function answer(
  options: WebhookServerOptions,
  request: IncomingMessage,
  overloaded: boolean,
): Promise<Reply> {
  const started = options.clock.monotonic();
  try {
    refuseOthers(request, overloaded);
    const admission = readReview(await readJson(request, maxBodyBytes));
    if (admission === undefined)
      throw new BodyError(400, 'the body is no AdmissionReview of admission.k8s.io/v1');
    const judged = await review(admission, options.trial, AbortSignal.timeout(deadlineMs));
    options.reviewed(judged.verdict, (options.clock.monotonic() - started) / 1000);
    return { status: 200, body: judged.answer };
  } catch (error) {
    if (error instanceof BodyError) return { status: error.status, body: { error: error.message } };
    options.logger.error('A request for admission could not be answered', { error });
    return { status: 500, body: { error: 'internal error' } };
  }
}

function refuseOthers(request: IncomingMessage, overloaded: boolean): void {
  // The API server adds `?timeout=10s`.
  if (request.url?.split('?', 1)[0] !== webhookPath) throw new BodyError(404, 'not found');
  if (request.method !== 'POST') throw new BodyError(405, 'only POST is taken');
  if (overloaded) throw new BodyError(429, 'too many requests in flight');
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
