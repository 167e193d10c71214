import { SinkError, toSinkError } from '@event-sinks/errors';
import type { Health } from '@event-sinks/runtime';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange } from './exchange.ts';
import { sinkMethods, type Replies } from './replies.ts';
import { sinkPathOf } from './sink-path.ts';

/** What {@link otherRoutes} needs. */
export interface OtherRoutesContext {
  readonly replies: Replies;
  readonly health: Health;
  readonly exchangeOf: (request: IncomingMessage, response: ServerResponse) => Exchange;
  readonly extraRoutes: ((router: Router) => void) | undefined;
}

/**
 * Everything but events, probes and handshakes. Express serves these and not the events: there its routing
 * and the two prototypes that it swaps cost as much as all the rest of the front.
 */
export function otherRoutes({ replies, health, exchangeOf, extraRoutes }: OtherRoutesContext): Express {
  const refuseRest: RequestHandler = (request, response) => {
    const readsOnly = request.method === 'GET' || request.method === 'HEAD';
    const isSink = sinkPathOf(request.url) !== undefined;
    const error = new SinkError(readsOnly && !isSink ? 'SinkNotFound' : 'MethodNotAllowed');
    replies.refuse(exchangeOf(request, response), error, error.status === 405 ? sinkMethods : []);
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
  if (extraRoutes !== undefined) {
    const router = express.Router();
    extraRoutes(router);
    app.use(router);
  }
  app.use(refuseRest);
  app.use(refuseFailed);
  return app;
}

/** Express fails so on a path whose escapes are no UTF-8. */
function routeError(error: unknown): SinkError {
  return error instanceof URIError ? new SinkError('MalformedRequest', { cause: error }) : toSinkError(error);
}
