import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAck, type Ledger, type LedgerEvent, type Outcome } from '../ledger.ts';

/** Places on the sender's side of an attempt where a test may step in. */
export interface AttemptHooks {
  /** Called with half of the body on its way; the rest follows when it resolves. */
  readonly halfSent?: () => Promise<void>;
  /** Called when the first bytes of the answer are there. */
  readonly answered?: () => void;
}

/** What came of an event. */
export interface Delivery {
  readonly acked: boolean;
  /** One for each attempt. */
  readonly outcomes: readonly Outcome[];
}

/** How a {@link Sender} tries. */
export interface SenderOptions {
  readonly ledger: Ledger;
  /** Milliseconds until an attempt without an answer is given up, as a delivery's `timeout`. */
  readonly timeoutMs: number;
  /** Attempts after the first. */
  readonly retries: number;
}

const baseMs = 100;
const capMs = 2_000;
/** Beside 5xx, what a Knative sender tries again. */
const retried: ReadonlySet<number> = new Set([404, 408, 409, 429]);

/** Sends as Knative's senders do: retries with exponential backoff, bounded, and every step in the ledger. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Delivers an event; `route` names the dispatcher for each attempt. */
  async deliver(
    event: LedgerEvent,
    route: (seq: number) => string,
    hooksOf: (seq: number) => AttemptHooks = () => ({}),
  ): Promise<Delivery> {
    const outcomes: Outcome[] = [];
    for (let seq = 0; seq <= this.#options.retries; seq += 1) {
      const outcome = await this.attempt(event, seq, { base: route(seq), hooks: hooksOf(seq) });
      outcomes.push(outcome);
      if (isAck(outcome)) return { acked: true, outcomes };
      if (!isRetried(outcome)) break;
      await sleep(Math.min(capMs, baseMs * 2 ** seq));
    }
    return { acked: false, outcomes };
  }

  /** One attempt, without any other after it. */
  async attempt(
    event: LedgerEvent,
    seq: number,
    { base, hooks = {} }: { base: string; hooks?: AttemptHooks },
  ): Promise<Outcome> {
    await this.#options.ledger.attempt(event, seq);
    const outcome = await this.#post(`${base}/${event.namespace}/${event.sink}`, event, hooks);
    await this.#options.ledger.answer(event, seq, outcome);
    return outcome;
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(url: string, event: LedgerEvent, hooks: AttemptHooks): Promise<Outcome> {
    const begun = performance.now();
    const ms = (): number => Math.round(performance.now() - begun);
    return new Promise((resolve) => {
      const outgoing = request(url, { agent: this.#agent, method: 'POST', headers: headersOf(event) });
      const fail = (failure: string): void => {
        clearTimeout(overdue);
        outgoing.destroy();
        resolve({ failure, ms: ms() });
      };
      const overdue = setTimeout(() => {
        fail('timeout');
      }, this.#options.timeoutMs);
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        fail(error.code ?? error.name);
      });
      outgoing.on('response', (answer) => {
        hooks.answered?.();
        answer.on('error', (error: NodeJS.ErrnoException) => {
          fail(error.code ?? error.name);
        });
        answer.resume().on('end', () => {
          clearTimeout(overdue);
          resolve({ ...read(answer), ms: ms() });
        });
      });
      if (hooks.halfSent === undefined) outgoing.end(event.data);
      else void sendInHalves(outgoing, event.data, hooks.halfSent);
    });
  }
}

async function sendInHalves(
  outgoing: ReturnType<typeof request>,
  data: string,
  halfSent: () => Promise<void>,
): Promise<void> {
  const half = data.length >> 1;
  outgoing.write(data.slice(0, half));
  await halfSent();
  if (!outgoing.destroyed) outgoing.end(data.slice(half));
}

function headersOf({ source, id, data }: LedgerEvent): Record<string, string | number> {
  return {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(data),
    'ce-specversion': '1.0',
    'ce-type': 'fault',
    'ce-source': source,
    'ce-id': id,
  };
}

function read({ statusCode = 0, headers }: IncomingMessage): Omit<Outcome, 'ms'> {
  const { reason, location } = headers;
  return {
    status: statusCode,
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(location === undefined ? {} : { location }),
  };
}

function isRetried({ status }: Outcome): boolean {
  return status === undefined || status >= 500 || retried.has(status);
}
