import { SinkError, toSinkError } from '@event-sinks/errors';
import {
  createIdentifiedTopic,
  deleteIdentifiedTopic,
  describeIdentifiedTopic,
  describeTopic,
  TopicRefused,
  type KafkaSecurity,
} from '@event-sinks/kafka';
import type { Logger } from '@event-sinks/runtime';
import { brokerTrouble, topicRefused, type BrokerTrouble } from '../domain/broker-trouble.ts';
import type { TopicShape, TopicView } from '../domain/topic.ts';

/** How a sink's cluster is reached. */
export interface ClusterAccess {
  readonly bootstrapServers: readonly string[];
  readonly security?: KafkaSecurity | undefined;
}

/** The brokers, as far as topics go. Every method throws what {@link troubleOf} understands. */
export interface Brokers {
  /** Never creates the topic. With `needsId` the answer has the topic's id. */
  describe(cluster: ClusterAccess, topic: string, needsId: boolean): Promise<TopicView>;
  /** `created` to exactly one of all who ask at once. */
  create(
    cluster: ClusterAccess,
    topic: string,
    shape: TopicShape,
  ): Promise<{ readonly outcome: 'created'; readonly id: string } | { readonly outcome: 'exists' }>;
  /** Deletes the topic with this id and no other of its name. */
  delete(cluster: ClusterAccess, id: string): Promise<'deleted' | 'missing'>;
}

/** The real brokers; each question has its own connection and at most `timeoutMs`. */
export function createBrokers(options: { readonly timeoutMs: number; readonly logger: Logger }): Brokers {
  const { timeoutMs, logger } = options;
  const target = ({ bootstrapServers, security }: ClusterAccess) => ({
    ...{ bootstrapServers, clientId: 'event-sinks-controller', timeoutMs },
    ...(security !== undefined && { security }),
  });
  return {
    async describe(cluster, topic, needsId) {
      const question = { ...target(cluster), topic };
      const answer = await (needsId
        ? describeIdentifiedTopic(question)
        : describeTopic({ ...question, logger: detailsOf(logger) }));
      return answer.found ? { state: 'found', ...answer } : { state: 'missing' };
    },
    create: (cluster, topic, { numPartitions, replicationFactor }) =>
      createIdentifiedTopic({ ...target(cluster), topic, partitions: numPartitions, replicationFactor }),
    delete: (cluster, id) => deleteIdentifiedTopic({ ...target(cluster), id }),
  };
}

/** The client’s own lines, several for each question in vain, tell details of what is told once by whoever asked. */
function detailsOf(logger: Logger): Logger {
  const debug: Logger['debug'] = (message, fields) => {
    logger.debug(message, fields);
  };
  return {
    debug,
    info: debug,
    warn: debug,
    error: debug,
    child: (fields) => detailsOf(logger.child(fields)),
  };
}

/** What an error of {@link Brokers} means. */
export function troubleOf(error: unknown): BrokerTrouble {
  if (error instanceof TopicRefused) return topicRefused(error.type);
  return brokerTrouble((error instanceof SinkError ? error : toSinkError(error)).code);
}
