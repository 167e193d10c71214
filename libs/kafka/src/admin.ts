import type { ITopicMetadata } from 'kafkajs';
import { withAdmin, type AdminOptions } from './admin-session.ts';
import { brokerErrorType, kafkaSinkError } from './error-mapping.ts';
import { TopicRefused, topicRefusals } from './topic-refused.ts';

/** What {@link describeTopic} and {@link deleteTopic} take. */
export interface TopicOptions extends AdminOptions {
  readonly topic: string;
}

/** What {@link createTopic} takes. */
export interface CreateTopicOptions extends TopicOptions {
  readonly partitions: number;
  readonly replicationFactor: number;
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

/**
 * Creates a topic with the brokers' defaults for everything but partitions and replication. `created` is said only
 * when a broker has said so to this call; when its answer is lost, the call throws, or a repetition finds it there.
 * @throws TopicRefused when the brokers do not want the topic as it is asked for; SinkError for the rest.
 */
export async function createTopic(options: CreateTopicOptions): Promise<'created' | 'exists'> {
  const { topic, partitions, replicationFactor, timeoutMs } = options;
  const topics = [{ topic, numPartitions: partitions, replicationFactor }];
  try {
    const isNew = await withAdmin(options, (admin) =>
      admin.createTopics({ topics, timeout: timeoutMs, waitForLeaders: false }),
    );
    return isNew ? 'created' : 'exists';
  } catch (error) {
    const type = brokerErrorType(error);
    if (type !== undefined && topicRefusals.has(type)) throw new TopicRefused(type, { cause: error });
    throw kafkaSinkError(error);
  }
}

/**
 * Deletes a topic with everything in it.
 * @throws SinkError
 */
export async function deleteTopic(options: TopicOptions): Promise<'deleted' | 'missing'> {
  const { topic, timeoutMs } = options;
  try {
    await withAdmin(options, (admin) => admin.deleteTopics({ topics: [topic], timeout: timeoutMs }));
    return 'deleted';
  } catch (error) {
    const sinkError = kafkaSinkError(error);
    if (sinkError.code === 'TopicNotFound') return 'missing';
    throw sinkError;
  }
}

function describe(metadata: ITopicMetadata | undefined): TopicDescription {
  if (metadata === undefined || metadata.partitions.length === 0) return { found: false };
  const replicas = metadata.partitions.map((partition) => partition.replicas.length);
  return { found: true, partitions: metadata.partitions.length, replicationFactor: Math.min(...replicas) };
}
