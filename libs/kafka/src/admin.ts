import type { ITopicMetadata } from 'kafkajs';
import { withAdmin, type AdminOptions } from './admin-session.ts';
import { kafkaSinkError } from './error-mapping.ts';

/** What {@link describeTopic} takes. */
export interface TopicOptions extends AdminOptions {
  readonly topic: string;
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
export async function describeTopic(options: TopicOptions): Promise<TopicDescription> {
  try {
    return await withAdmin(options, async (admin) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [options.topic] });
      return describe(topics[0]);
    });
  } catch (error) {
    const sinkError = kafkaSinkError(error);
    if (sinkError.code === 'TopicNotFound') return { found: false };
    throw sinkError;
  }
}

function describe(metadata: ITopicMetadata | undefined): TopicDescription {
  if (metadata === undefined || metadata.partitions.length === 0) return { found: false };
  const replicas = metadata.partitions.map((partition) => partition.replicas.length);
  return { found: true, partitions: metadata.partitions.length, replicationFactor: Math.min(...replicas) };
}
