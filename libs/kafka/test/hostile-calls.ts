import { SinkError } from '@event-sinks/errors';
import {
  createIdentifiedTopic,
  createProducer,
  deleteIdentifiedTopic,
  describeTopic,
  SaltedPasswords,
  TopicRefused,
  type ConnectionOptions,
  type KafkaProducer,
  type KafkaSecurity,
} from '../src/index.ts';
import { allErrors } from '../src/protocol/error-mapping.ts';
import { scramLogin } from './hostile-scram.ts';
import { loopbackGuard } from './loopback-guard.ts';
import { quietLogger } from './quiet-logger.ts';

/** How a server is logged in to. */
export type LoginMode = 'none' | 'PLAIN' | 'SCRAM-SHA-256';

/** Answers to calls by their codes, and what should not have happened. */
export interface CallTally {
  readonly outcomes: Record<string, number>;
  readonly problems: string[];
}

const saltedPasswords = new SaltedPasswords();
const timeoutMs = 400;
const deliveryTimeoutMs = 600;
const limits = {
  connectTimeoutMs: 200,
  requestTimeoutMs: 200,
  deliveryTimeoutMs,
  retries: 1,
  loginPauseMs: 1,
  maxLoginPauseMs: 1,
};

/** What a busy machine may add to a time limit. */
const slackMs = 10_000;

/** How a server of 127.0.0.1 is connected to. */
export function connectionTo(port: number, mode: LoginMode = 'none'): ConnectionOptions {
  return {
    bootstrapServers: [`127.0.0.1:${port}`],
    addressGuard: loopbackGuard,
    clientId: 'victim',
    saltedPasswords,
    ...(mode !== 'none' && { security: securityOf(mode) }),
  };
}

function securityOf(mode: Exclude<LoginMode, 'none'>): KafkaSecurity {
  return { protocol: 'SASL_PLAINTEXT', sasl: { mechanism: mode, ...scramLogin } };
}

/** A producer is used for so many turns, and for one when the turn is even. */
const producerTurns = 50;

/** Makes calls of all kinds to one server, and tallies what becomes of them. */
export class Caller {
  readonly #connection: ConnectionOptions;
  readonly #tally: CallTally;
  #kept: KafkaProducer;
  #keptTurns = 0;

  constructor(connection: ConnectionOptions, tally: CallTally) {
    this.#connection = connection;
    this.#tally = tally;
    this.#kept = this.#createProducer();
  }

  /** One kind of call in turn; every other turn sends records. */
  async call(turn: number): Promise<void> {
    const options = { ...this.#connection, timeoutMs, topic: 'orders' };
    const calls: readonly (() => Promise<unknown>)[] = [
      () => describeTopic(options),
      () => describeTopic({ ...options, needsId: true }),
      () => createIdentifiedTopic({ ...options, partitions: 2, replicationFactor: 1 }),
      () => deleteIdentifiedTopic({ ...options, id: '11111111-2222-4333-8444-555555555555' }),
    ];
    const call = calls[turn % (2 * calls.length)];
    if (call !== undefined) await settled(call(), timeoutMs, this.#tally);
    else if (turn % 2 === 0) await this.#sendWithOwnProducer();
    else await this.#sendWithKeptProducer();
  }

  close(): Promise<void> {
    return this.#kept.close();
  }

  #createProducer(): KafkaProducer {
    return createProducer({ connection: this.#connection, limits, logger: quietLogger });
  }

  async #sendWithOwnProducer(): Promise<void> {
    const producer = this.#createProducer();
    for (let round = 0; round < 2; round += 1) await this.#send(producer);
    await producer.close();
  }

  async #sendWithKeptProducer(): Promise<void> {
    await this.#send(this.#kept);
    this.#keptTurns += 1;
    if (this.#keptTurns % producerTurns !== 0) return;
    await this.#kept.close();
    this.#kept = this.#createProducer();
  }

  async #send(producer: KafkaProducer): Promise<void> {
    const keys = [null, 'a', 'b', 'c'];
    await Promise.all(keys.map((key) => settled(sendOne(producer, key), deliveryTimeoutMs, this.#tally)));
    const { records } = producer.queued();
    if (records > 0)
      this.#tally.problems.push(`${records} records are queued although all of them were answered`);
  }
}

/** Sends a small record. */
export function sendOne(producer: KafkaProducer, key: string | null): Promise<void> {
  const value = Buffer.from('value');
  return producer.send({ topic: 'orders', key: key === null ? null : Buffer.from(key), value, headers: [] });
}

async function settled(call: Promise<unknown>, limitMs: number, tally: CallTally): Promise<void> {
  const began = performance.now();
  const outcome = await call.then(() => 'ok', outcomeOf);
  const tookMs = Math.round(performance.now() - began);
  const kind = outcome.split(':')[0] ?? '';
  tally.outcomes[kind] = (tally.outcomes[kind] ?? 0) + 1;
  if (outcome.startsWith('unexpected')) tally.problems.push(outcome);
  if (tookMs > limitMs + slackMs) tally.problems.push(`a call took ${tookMs} ms`);
}

/** The code of an error that callers expect; everything that is known of any other one. */
function outcomeOf(error: unknown): string {
  if (error instanceof TopicRefused) return 'TopicRefused';
  if (error instanceof SinkError && error.code !== 'InternalError') return error.code;
  return `unexpected: ${allErrors(error)
    .map(({ stack }) => stack)
    .join(' <- ')}`;
}
