import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLedger, SentEvent } from './event-ledger.ts';

/** Where and how events are sent. */
export interface TrafficOptions {
  /** Asked for with each attempt. */
  readonly url: () => string;
  readonly ledger: EventLedger;
  /** Names the keys, so that two traffics share none. */
  readonly name: string;
  readonly keys: number;
  /** Milliseconds after each answer. */
  readonly pauseMs: number;
  /** Bytes that pad each payload. */
  readonly padding?: number;
}

/** Events under several keys, each key one event at a time, tried again until it is acknowledged. */
export interface Traffic {
  /** Lets no new event begin and resolves when what is under way is acknowledged, or after `withinMs`. */
  stop(withinMs?: number): Promise<void>;
  /** Resolves once so many events have been acknowledged. */
  acknowledged(count: number): Promise<void>;
  /** Lets no attempt begin until `until` has settled, as while there is no endpoint to route it to. */
  holdBack(until: Promise<unknown>): void;
}

/** Longer than any answer may take. */
const senderTimeoutMs = 15_000;

/** Starts to send. */
export function startTraffic(options: TrafficOptions): Traffic {
  const agent = new Agent({ keepAlive: true });
  let goesOn = true;
  let giveUpAt = Number.POSITIVE_INFINITY;
  let acks = 0;
  let route: Promise<unknown> = Promise.resolve();
  const isOver = (): boolean => performance.now() > giveUpAt;

  const deliver = async (event: SentEvent): Promise<void> => {
    for (let attempt = 0; !event.acked && !isOver(); attempt += 1) {
      if (attempt > 0) await sleep(Math.min(1_000, 100 * 2 ** (attempt - 1)));
      await route;
      await options.ledger.attempt(event, () => post(options.url(), event, agent));
    }
    if (event.acked) acks += 1;
  };
  const flow = async (key: string): Promise<void> => {
    for (let number = 0; goesOn; number += 1) {
      await deliver(options.ledger.open(key, number, options.padding));
      await sleep(options.pauseMs);
    }
  };
  const flows = Array.from({ length: options.keys }, (_, index) => flow(`${options.name}-${index}`));
  return {
    async stop(withinMs = 30_000) {
      goesOn = false;
      giveUpAt = performance.now() + withinMs;
      await Promise.all(flows);
      agent.destroy();
    },
    holdBack(until) {
      route = until.catch(() => undefined);
    },
    async acknowledged(count) {
      const wanted = acks + count;
      while (acks < wanted && goesOn) await sleep(20);
    },
  };
}

/** How one attempt ended. */
export interface Outcome {
  readonly status?: number;
  readonly reason?: string;
  /** Code of the error, where there was no answer. */
  readonly failure?: string;
  readonly ms: number;
}

/** Posts an event once, in binary mode with its key. */
export function post(url: string, event: SentEvent, agent: Agent): Promise<Outcome> {
  const begun = performance.now();
  const ms = (): number => Math.round(performance.now() - begun);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(event.data),
    'ce-specversion': '1.0',
    'ce-type': 'fault',
    'ce-source': '/faults',
    'ce-id': event.id,
    'ce-partitionkey': event.key,
  };
  return new Promise((resolve) => {
    const outgoing = request(url, { agent, method: 'POST', headers }, (answer) => {
      answer.resume().on('end', () => {
        const { reason } = answer.headers;
        const status = answer.statusCode ?? 0;
        resolve({ status, ...(typeof reason === 'string' ? { reason } : {}), ms: ms() });
      });
      answer.on('error', (error: NodeJS.ErrnoException) => {
        resolve({ failure: error.code ?? error.name, ms: ms() });
      });
    });
    outgoing.setTimeout(senderTimeoutMs, () => outgoing.destroy(new Error('timeout')));
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ failure: error.code ?? error.message, ms: ms() });
    });
    outgoing.end(event.data);
  });
}
