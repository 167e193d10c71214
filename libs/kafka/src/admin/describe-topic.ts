import type { SinkError } from '@event-sinks/errors';
import { brokerError } from '../protocol/broker-error.ts';
import { kafkaSinkError } from '../protocol/error-mapping.ts';
import {
  identifiedMetadataCall,
  metadataCall,
  type Broker,
  type PartitionMetadata,
  type TopicMetadata,
} from '../protocol/metadata.ts';
import { withConnection, type AdminSession, type ConnectOptions } from './admin-connection.ts';
import { BrokerProblem } from './broker-problem.ts';

/** What {@link describeTopic} takes. */
export interface TopicOptions extends ConnectOptions {
  readonly topic: string;
  /** Whether the answer must have the topic's id (KIP-516), which brokers know from version 2.8 on. */
  readonly needsId?: boolean;
}

/** A topic as the brokers know it. */
export type TopicDescription =
  | { readonly found: false }
  | {
      readonly found: true;
      readonly id?: string;
      readonly partitions: number;
      /** That of the partition with the fewest replicas. */
      readonly replicationFactor: number;
      /** Why the topic does not take events although it is there: a BrokerProblem, or another error of a leader. */
      readonly problem?: SinkError;
    };

/**
 * Asks a bootstrap server about a topic, without ever creating it, and connects to the leaders of its partitions under the
 * addresses that they advertise, as a producer does.
 * @throws SinkError `KafkaUnavailable` and the other Kafka codes.
 */
export async function describeTopic(options: TopicOptions): Promise<TopicDescription> {
  return withConnection(options, async (session) => {
    const call = options.needsId === true ? identifiedMetadataCall : metadataCall;
    const { brokers, topics } = await session.connection.request(call([options.topic]));
    const topic = knownTopic(topics.find(({ name }) => name === options.topic));
    if (topic === undefined) return { found: false };
    const { id, partitions } = topic;
    const problem = await leaderProblem(session, brokers, partitions);
    return {
      ...{ found: true, partitions: partitions.length },
      replicationFactor: partitions.reduce((least, { replicas }) => Math.min(least, replicas), Infinity),
      ...(id !== undefined && { id }),
      ...(problem !== undefined && { problem }),
    };
  });
}

/** The topic, if it is there. @throws SinkError when the broker does not say. */
function knownTopic(topic: TopicMetadata | undefined): TopicMetadata | undefined {
  const error = brokerError(topic?.errorCode ?? 0);
  if (error !== undefined && notThere.has(error.type)) return undefined;
  // A topic without a leader is there all the same.
  if (error !== undefined && error.type !== 'LEADER_NOT_AVAILABLE') throw kafkaSinkError(error);
  return topic?.partitions.length === 0 ? undefined : topic;
}

const notThere: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION']);

/** Leaders of one topic that are connected to, and at once. */
const maxLeaders = 32;
const maxAtOnce = 4;

async function leaderProblem(
  session: AdminSession,
  brokers: readonly Broker[],
  partitions: readonly PartitionMetadata[],
): Promise<SinkError | undefined> {
  const byId = new Map(brokers.map((broker) => [broker.nodeId, broker]));
  const leaderless = partitions.filter(({ leader }) => !byId.has(leader)).length;
  if (leaderless > 0) return withoutLeader(leaderless, partitions.length);
  const leaders = [...new Set(partitions.map(({ leader }) => leader))]
    .sort((a, b) => a - b)
    .slice(0, maxLeaders)
    .map((id) => byId.get(id))
    .filter((broker) => broker !== undefined)
    .filter(({ host, port }) => host !== session.broker.host || port !== session.broker.port);
  // What is left of the time must end before the question does, or nobody would know whose silence it was.
  const endMs = session.leftMs() * reservedShare;
  for (let at = 0; at < leaders.length; at += maxAtOnce) {
    const timeoutMs = Math.max(1, session.leftMs() - endMs);
    const some = leaders.slice(at, at + maxAtOnce).map((leader, index) =>
      // All of them have the same logins, whose work they are spared.
      session.connectTo(leader, { timeoutMs, hasLogin: at + index === 0 }).then(
        () => undefined,
        (error: unknown) => kafkaSinkError(error),
      ),
    );
    const problem = (await Promise.all(some)).find((each) => each !== undefined);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Of the time that is left, what the leaders may not use. */
const reservedShare = 0.2;

function withoutLeader(count: number, of: number): BrokerProblem {
  const detail = `${count} of ${of} partitions have no leader`;
  return new BrokerProblem({ about: 'leaders', partitions: count }, { detail });
}
