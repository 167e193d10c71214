import { SinkError, toSinkError } from '@event-sinks/errors';
import type { Health } from '@event-sinks/runtime';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange } from './exchange.ts';
import type { SinkFinder } from './probe.ts';
import { sinkMethods, type Replies } from './replies.ts';
import { sinkPathOf } from './sink-path.ts';

/** What {@link otherRoutes} needs. */
export interface OtherRoutesContext {
  readonly replies: Replies;
  readonly backend: SinkFinder;
  readonly health: Health;
  readonly exchangeOf: (request: IncomingMessage, response: ServerResponse) => Exchange;
  readonly extraRoutes: ((router: Router) => void) | undefined;
}

/**
 * Everything but events, probes and handshakes. Express serves these and not the events: there its routing
 * and the two prototypes that it swaps cost as much as all the rest of the front.
 */
export function otherRoutes(context: OtherRoutesContext): Express {
  const { replies, backend, health, exchangeOf, extraRoutes } = context;
  const refuseMethod =
    (allow: readonly string[]): RequestHandler =>
    (request, response) => {
      replies.refuse(exchangeOf(request, response), new SinkError('MethodNotAllowed'), allow);
    };
  // A path without a sink has no methods at all: what is sent there is not found, whatever the method.
  const findSink: RequestHandler = (request, _response, next) => {
    const path = sinkPathOf(request.originalUrl);
    if (path === undefined) throw new SinkError('SinkNotFound');
    backend.find(path.namespace, path.name);
    next();
  };
  const refuseFailed: ErrorRequestHandler = (error: unknown, request, response, _next) => {
    if (response.headersSent) response.destroy();
    else replies.refuse(exchangeOf(request, response), routeError(error));
  };

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get('/healthz', (request, response) => {
    replies.ok(exchangeOf(request, response));
  });
  app.get('/readyz', (request, response) => {
    if (health.failing().length === 0) replies.ok(exchangeOf(request, response));
    else replies.notYet(exchangeOf(request, response), 'NotReady');
  });
  app.all(['/healthz', '/readyz'], refuseMethod(['Allow', 'GET, HEAD']));
  if (extraRoutes !== undefined) {
    const router = express.Router();
    extraRoutes(router);
    app.use(router);
  }
  app.use(findSink, refuseMethod(sinkMethods));
  app.use(refuseFailed);
  return app;
}

/** Express fails so on a path whose escapes are no UTF-8. */
function routeError(error: unknown): SinkError {
  return error instanceof URIError ? new SinkError('MalformedRequest', { cause: error }) : toSinkError(error);
}
