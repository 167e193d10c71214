import { SinkError } from '@event-sinks/errors';
import type { Logger } from '@event-sinks/runtime';
import type { Admin } from 'kafkajs';
import { kafkaClient, type ConnectionOptions } from './connection.ts';
import { withDeadline } from './deadline.ts';
import { socketGate } from './socket-gate.ts';

/** What every question to the brokers takes. */
export interface AdminOptions extends ConnectionOptions {
  /** Milliseconds for everything together. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/**
 * Connects, does the work and lets go again, all within the time; nothing goes on behind one's back afterwards.
 * @throws what kafkajs throws, `KafkaUnavailable` when the time is up.
 */
export async function withAdmin<T>(options: AdminOptions, work: (admin: Admin) => Promise<T>): Promise<T> {
  const gate = socketGate();
  const limits = { connectTimeoutMs: options.timeoutMs, requestTimeoutMs: options.timeoutMs };
  const admin = kafkaClient(options, limits, { gate, logger: options.logger }).admin();
  const session = async (): Promise<T> => {
    await admin.connect();
    const result = await work(admin);
    await admin.disconnect();
    return result;
  };
  try {
    return await withDeadline(options.timeoutMs, session(), () => {
      throw new SinkError('KafkaUnavailable', { detail: `no answer within ${options.timeoutMs} ms` });
    });
  } catch (error) {
    // kafkajs reads topicMetadata of null when every broker was lost between its two questions.
    if (error instanceof TypeError) throw new SinkError('KafkaUnavailable', { cause: error });
    throw error;
  } finally {
    gate.shut();
  }
}
