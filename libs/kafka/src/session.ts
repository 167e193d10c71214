import {
  CompressionTypes,
  type Message,
  type PartitionMetadata,
  type Producer,
  type RecordMetadata,
} from 'kafkajs';
import type { Logger } from '@event-sinks/runtime';
import { kafkaClient, type ConnectionOptions } from './connection.ts';
import type { ProducerLimits } from './producer-limits.ts';
import { partitionChooser } from './partitions.ts';
import { socketGate } from './socket-gate.ts';

/** One idempotent kafkajs producer for one topic, from its producer id to its end. */
export interface ProducerSession {
  connect(): Promise<void>;
  /** Every partition's leader as of the last send; undefined before the first. */
  table(): readonly PartitionMetadata[] | undefined;
  /** The offset of the first record of each partition that was acknowledged. @throws what kafkajs throws. */
  send(messages: Message[]): Promise<ReadonlyMap<number, number>>;
  /** Lets go of the connections after what is in flight. */
  close(): Promise<void>;
  /** Breaks everything off at once. */
  abandon(): void;
}

/** What {@link openSession} takes. */
export interface SessionOptions {
  readonly connection: ConnectionOptions;
  readonly limits: ProducerLimits;
  readonly topic: string;
  readonly logger: Logger;
}

/** Older than this, a topic's partitions and leaders are asked for again; partitions added are then used. */
const metadataMaxAgeMs = 60_000;

/** Prepares a session; `connect` it before use. */
export function openSession({ connection, limits, topic, logger }: SessionOptions): ProducerSession {
  const { addressGuard: guard, bootstrapServers } = connection;
  const gate = socketGate({ guard, bootstrapServers });
  let table: readonly PartitionMetadata[] | undefined;

  const producer: Producer = kafkaClient(connection, limits, { gate, logger }).producer({
    idempotent: true,
    allowAutoTopicCreation: false,
    metadataMaxAge: metadataMaxAgeMs,
    retry: {
      retries: limits.retries,
      initialRetryTime: limits.retryPauseMs,
      maxRetryTime: limits.maxRetryPauseMs,
    },
    createPartitioner: () => (args) => {
      table = args.partitionMetadata;
      // Written into the message, because kafkajs asks again for each retry, and a record that changes its
      // partition meanwhile is lost or doubled: the sequence numbers of both partitions then lie.
      args.message.partition ??= partitionChooser(topic, args.partitionMetadata)(args.message);
      return args.message.partition;
    },
  });

  return {
    connect: () => producer.connect(),
    table: () => table,
    async send(messages) {
      const request = { topic, messages, acks: -1, timeout: limits.requestTimeoutMs };
      return baseOffsets(await producer.send({ ...request, compression: CompressionTypes.None }));
    },
    async close() {
      try {
        await producer.disconnect();
      } finally {
        gate.shut();
      }
    },
    abandon() {
      gate.shut();
      producer.disconnect().catch(() => undefined);
    },
  };
}

function baseOffsets(acknowledged: readonly RecordMetadata[]): ReadonlyMap<number, number> {
  return new Map(acknowledged.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]));
}
