import { SinkError, toSinkError } from '@event-sinks/errors';
import {
  BrokerProblem,
  createIdentifiedTopic,
  deleteIdentifiedTopic,
  describeTopic,
  TopicRefused,
  type AddressGuard,
  type KafkaSecurity,
} from '@event-sinks/kafka';
import { brokerTrouble, problemTrouble, topicRefused, type BrokerTrouble } from '../domain/broker-trouble.ts';
import type { TopicShape, TopicView } from '../domain/topic.ts';

/** How a sink's cluster is reached. */
export interface ClusterAccess {
  readonly bootstrapServers: readonly string[];
  readonly security?: KafkaSecurity | undefined;
}

/** The brokers, as far as topics go. Every method throws what {@link troubleOf} understands. */
export interface Brokers {
  /**
   * Never creates the topic. With `needsId` the answer has the topic's id. The leaders are connected to, and what is wrong
   * with them is in the answer.
   */
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
export function createBrokers(options: {
  readonly timeoutMs: number;
  readonly addressGuard: AddressGuard;
}): Brokers {
  const { timeoutMs, addressGuard } = options;
  const target = ({ bootstrapServers, security }: ClusterAccess) => ({
    ...{ bootstrapServers, clientId: 'event-sinks-controller', timeoutMs, addressGuard },
    ...(security !== undefined && { security }),
  });
  return {
    async describe(cluster, topic, needsId) {
      const answer = await describeTopic({ ...target(cluster), topic, needsId });
      if (!answer.found) return { state: 'missing' };
      const { problem, partitions, replicationFactor, id } = answer;
      const found = { state: 'found', partitions, replicationFactor, id } as const;
      return problem === undefined ? found : { ...found, trouble: troubleOf(problem) };
    },
    create: (cluster, topic, { numPartitions, replicationFactor }) =>
      createIdentifiedTopic({ ...target(cluster), topic, partitions: numPartitions, replicationFactor }),
    delete: (cluster, id) => deleteIdentifiedTopic({ ...target(cluster), id }),
  };
}

/** What an error of {@link Brokers} means. */
export function troubleOf(error: unknown): BrokerTrouble {
  if (error instanceof TopicRefused) return topicRefused(error.type);
  if (error instanceof BrokerProblem) return problemTrouble(error.kind);
  return brokerTrouble((error instanceof SinkError ? error : toSinkError(error)).code);
}
