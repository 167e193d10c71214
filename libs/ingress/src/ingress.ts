import { toSinkError } from '@event-sinks/errors';
import { ConnectionLimit } from '@event-sinks/runtime';
import type { Express } from 'express';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { BrokenRequests } from './broken-requests.ts';
import { Budget } from './budget.ts';
import { Connections } from './connections.ts';
import { Deadlines } from './deadlines.ts';
import { stopServing } from './drain.ts';
import { EventReceiver } from './event-receiver.ts';
import type { Exchange } from './exchange.ts';
import { checkFraming } from './framing.ts';
import { HttpExchange, type HttpContext } from './http-exchange.ts';
import { createHttpServer } from './http-server.ts';
import { IngressMetrics } from './ingress-metrics.ts';
import { otherRoutes } from './other-routes.ts';
import { PlainLane } from './plain/plain-lane.ts';
import { answerHandshake, answerProbe, isProbe } from './probe.ts';
import { RefusalLog } from './refusal-log.ts';
import { Replies } from './replies.ts';
import type { Ingress, IngressOptions, ServedSink } from './types.ts';
import { UnparsedBytes } from './unparsed-bytes.ts';

/** The part of the bytes in flight that may wait besides, unread on connections. */
const unparsedPart = 1 / 4;

/** Makes the HTTP front of a data plane. Nothing is opened before `listen`. */
export function createIngress<S extends ServedSink, E>(options: IngressOptions<S, E>): Ingress {
  return new HttpIngress(options);
}

class HttpIngress<S extends ServedSink, E> implements Ingress {
  readonly #options: IngressOptions<S, E>;
  readonly #server: Server;
  readonly #budget: Budget;
  readonly #deadlines: Deadlines;
  readonly #bodyDeadlines: Deadlines;
  readonly #metrics: IngressMetrics;
  readonly #connections: Connections;
  readonly #connectionLimit: ConnectionLimit;
  readonly #replies: Replies;
  readonly #events: EventReceiver<S, E>;
  readonly #others: Express;
  readonly #http: HttpContext;
  readonly #plain: PlainLane | undefined;
  #draining: Promise<void> | undefined;

  constructor(options: IngressOptions<S, E>) {
    const { backend, clock, limits, logger } = options;
    const { maxEventBytes } = limits;
    this.#options = options;
    const budget = (this.#budget = new Budget(limits, () => clock.monotonic()));
    const deadlines = (this.#deadlines = new Deadlines(clock, limits.requestDeadlineMs));
    const bodyDeadlines = (this.#bodyDeadlines = new Deadlines(clock, limits.bodyTimeoutMs));
    const metrics = (this.#metrics = new IngressMetrics(options.registry, {
      kind: backend.kind,
      inFlight: () => budget.requests,
      maxInFlight: limits.maxInFlight,
      bytesInFlight: () => budget.bytes,
      unparsedBytes: () => unparsed.total,
      connections: () => this.#connectionLimit.count,
    }));
    const unparsed = new UnparsedBytes(limits.maxInFlightBytes * unparsedPart, () => {
      metrics.connectionCut('unparsed-bytes');
    });
    this.#connections = new Connections(limits, unparsed);
    const log = new RefusalLog(logger, clock);
    this.#http = { connections: this.#connections, clock, maxEventBytes };
    const replies = new Replies({ metrics, log, clock });
    this.#replies = replies;
    const receiving = { backend, decode: options.decode, budget, deadlines, bodyDeadlines, replies };
    this.#events = new EventReceiver({
      ...{ ...receiving, metrics, logger, clock, limits },
      isBatch: options.isBatch,
      tracing: options.tracing,
    });
    this.#others = otherRoutes({
      ...{ replies, backend, health: options.health, extraRoutes: options.extraRoutes },
      exchangeOf: (request, response) => this.#exchangeOf(request, response, false),
    });
    this.#server = this.#createServer();
    const receive = (exchange: Exchange): void => void this.#events.receive(exchange);
    const handOver = this.#connections.takeFrom(this.#server);
    this.#plain =
      options.plainLane === true ? new PlainLane({ limits, clock, receive, unparsed, handOver }) : undefined;
    this.#connectionLimit = this.#limitConnections(this.#plain ?? { take: handOver });
  }

  async listen(): Promise<{ readonly port: number }> {
    const { host, port, logger } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, host }, () => {
        this.#server.off('error', reject);
        // Such as too many open files while accepting: the connection is lost, the process is not.
        this.#server.on('error', (error) => {
          logger.error('Connection not accepted', { error });
        });
        resolve();
      });
    });
    return { port: (this.#server.address() as AddressInfo).port };
  }

  drain(): Promise<void> {
    return (this.#draining ??= this.#drain());
  }

  async close(): Promise<void> {
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#closeConnections();
    });
    this.#stopTimers();
  }

  forget(sink: Pick<ServedSink, 'namespace' | 'name' | 'uid'>): void {
    this.#metrics.forget(sink);
  }

  async #drain(): Promise<void> {
    const { clock, health, limits, logger } = this.#options;
    health.startDraining();
    this.#replies.closing = true;
    logger.info('Draining', { inFlight: this.#budget.requests });
    await clock.sleep(limits.drainDelayMs);
    await stopServing({
      server: this.#server,
      closeIdle: () => {
        this.#server.closeIdleConnections();
        this.#plain?.closeIdle();
      },
      inFlight: () => this.#budget.requests,
      ...{ clock, limits },
    });
    this.#closeConnections();
    this.#stopTimers();
    logger.info('Drained', { unfinished: this.#budget.requests });
  }

  #limitConnections(lane: { take(socket: Socket): void }): ConnectionLimit {
    const limit = new ConnectionLimit({
      max: this.#options.limits.maxConnections,
      isBusy: (socket) => this.#plain?.isBusy(socket) === true || this.#connections.isBusy(socket),
      onCut: () => {
        this.#metrics.connectionCut('connections');
      },
    });
    this.#server.on('connection', (socket: Socket) => {
      if (limit.take(socket)) lane.take(socket);
    });
    return limit;
  }

  #closeConnections(): void {
    this.#server.closeAllConnections();
    this.#plain?.closeAll();
  }

  #stopTimers(): void {
    this.#deadlines.stop();
    this.#bodyDeadlines.stop();
  }

  #createServer(): Server {
    const { clock, limits } = this.#options;
    const server = createHttpServer(limits);
    const { maxHeaderBytes } = limits;
    const shared = { connections: this.#connections, metrics: this.#metrics, clock };
    const broken = new BrokenRequests({ ...shared, maxHeaderBytes });
    server.on('request', (request, response) => {
      this.#receive(request, response, false);
    });
    server.on('checkContinue', (request, response) => {
      this.#receive(request, response, true);
    });
    // An expectation that nobody knows is ignored, as RFC 9110, 10.1.1 allows; Node would answer 417.
    server.on('checkExpectation', (request, response) => {
      this.#receive(request, response, false);
    });
    server.on('clientError', broken.onClientError);
    server.on('connect', broken.onConnect);
    return server;
  }

  #receive(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void {
    const exchange = this.#exchangeOf(request, response, awaitsContinue);
    this.#connections.track(exchange);
    try {
      this.#route(exchange);
    } catch (error) {
      this.#replies.refuse(exchange, toSinkError(error));
    }
  }

  #exchangeOf(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): HttpExchange {
    return new HttpExchange({ request, response, awaitsContinue }, this.#http);
  }

  #route(exchange: HttpExchange): void {
    const { request, response } = exchange;
    const { backend } = this.#options;
    checkFraming(request);
    if (isProbe(exchange, request.method)) answerProbe(exchange, backend, this.#replies);
    else if (request.method === 'POST') void this.#events.receive(exchange);
    else if (request.method === 'OPTIONS') answerHandshake(exchange, backend, this.#replies);
    else {
      if (this.#replies.closing && exchange.isNewest()) response.setHeader('Connection', 'close');
      this.#others(request, response);
    }
  }
}
