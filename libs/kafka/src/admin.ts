import { SinkError } from '@event-sinks/errors';
import type { Logger } from '@event-sinks/runtime';
import type { Admin, ITopicMetadata } from 'kafkajs';
import { kafkaClient, type ConnectionOptions } from './connection.ts';
import { withDeadline } from './deadline.ts';
import { kafkaSinkError } from './error-mapping.ts';
import { socketGate } from './socket-gate.ts';

/** What {@link describeTopic} takes. */
export interface DescribeTopicOptions extends ConnectionOptions {
  readonly topic: string;
  /** Milliseconds for everything together. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/** A topic as the brokers know it. */
export type TopicDescription =
  | { readonly found: false }
  | { readonly found: true; readonly partitions: number; readonly replicationFactor: number };

/**
 * Asks the brokers about a topic, without ever creating it: an admin client of kafkajs sets
 * `allow_auto_topic_creation` to false in its metadata requests.
 * @throws SinkError `KafkaUnavailable` and the other Kafka codes.
 */
export async function describeTopic(options: DescribeTopicOptions): Promise<TopicDescription> {
  const gate = socketGate();
  const limits = { connectTimeoutMs: options.timeoutMs, requestTimeoutMs: options.timeoutMs };
  const admin = kafkaClient(options, limits, { gate, logger: options.logger }).admin();
  const inTime = withDeadline(options.timeoutMs, ask(admin, options.topic), () => {
    throw new SinkError('KafkaUnavailable', { detail: `no answer within ${options.timeoutMs} ms` });
  });
  try {
    return await inTime;
  } catch (error) {
    return notFoundOrThrow(error);
  } finally {
    gate.shut();
  }
}

async function ask(admin: Admin, topic: string): Promise<TopicDescription> {
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const description = describe(topics[0]);
  await admin.disconnect();
  return description;
}

function describe(metadata: ITopicMetadata | undefined): TopicDescription {
  if (metadata === undefined || metadata.partitions.length === 0) return { found: false };
  const replicas = metadata.partitions.map((partition) => partition.replicas.length);
  return { found: true, partitions: metadata.partitions.length, replicationFactor: Math.min(...replicas) };
}

function notFoundOrThrow(error: unknown): TopicDescription {
  // kafkajs reads topicMetadata of null when every broker was lost between its two questions.
  if (error instanceof TypeError) throw new SinkError('KafkaUnavailable', { cause: error });
  const sinkError = kafkaSinkError(error);
  if (sinkError.code === 'TopicNotFound') return { found: false };
  throw sinkError;
}
