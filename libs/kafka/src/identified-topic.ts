import { SinkError } from '@event-sinks/errors';
import { createTopicsV7, deleteTopicsV6, metadataV10, type Connection } from '@platformatic/kafka';
import { withConnection, type ConnectOptions } from './admin-connection.ts';
import { answerOf } from './answer-of.ts';
import { brokerError, type BrokerError } from './platformatic/broker-error.ts';
import { TopicRefused, topicRefusals } from './topic-refused.ts';

/*
 * Kafka gives each topic an id of its own (KIP-516), another one when it is created again under the same name. Only
 * with that can somebody say for sure that a topic is the one that it has created. kafkajs does not know ids; the
 * requests here do, and need brokers of version 2.8 or newer.
 */

/** What every question about an identified topic takes. */
export interface IdentifiedTopicOptions extends ConnectOptions {
  readonly topic: string;
}

type CreateAnswer = Awaited<ReturnType<typeof createTopicsV7.api.async>>;
type DeleteAnswer = Awaited<ReturnType<typeof deleteTopicsV6.api.async>>;

/**
 * Creates a topic with the brokers' defaults for everything but partitions and replication. `created` is said only when
 * a broker has said so to this call, with the id of the new topic; of all who ask at once exactly one hears it. When
 * the answer is lost the call throws, and nobody knows.
 * @throws TopicRefused when the brokers do not want the topic as it is asked for; SinkError for the rest.
 */
export async function createIdentifiedTopic(
  options: IdentifiedTopicOptions & { readonly partitions: number; readonly replicationFactor: number },
): Promise<{ readonly outcome: 'created'; readonly id: string } | { readonly outcome: 'exists' }> {
  const { topic: name, partitions: numPartitions, replicationFactor, timeoutMs } = options;
  const request = { name, numPartitions, replicationFactor, assignments: [], configs: [] };
  return onController(options, async (connection) => {
    const call = createTopicsV7.api.async(connection, [request], timeoutMs, false);
    const { topics } = await answerOf<CreateAnswer>(call);
    const error = refusal(topics[0]);
    if (error === undefined) return { outcome: 'created', id: topics[0]?.topicId ?? '' };
    if (error.type === 'TOPIC_ALREADY_EXISTS') return { outcome: 'exists' };
    throw topicRefusals.has(error.type) ? new TopicRefused(error.type, { cause: error }) : error;
  });
}

/**
 * Deletes the topic with this id with everything in it, and no other of its name. When it throws because brokers do not
 * answer, nothing is deleted later either, unless they fell silent between two questions.
 * @throws SinkError
 */
export async function deleteIdentifiedTopic(
  options: ConnectOptions & { readonly id: string },
): Promise<'deleted' | 'missing'> {
  return onController(options, async (connection) => {
    // The system takes what is sent to a broker that stands still, which would carry it out when it goes on, long after the
    // caller was told that the topic stays. So only one that answers is asked.
    await metadataOf(connection, []);
    const call = deleteTopicsV6.api.async(connection, [{ topicId: options.id }], options.timeoutMs);
    const { responses } = await answerOf<DeleteAnswer>(call);
    const error = refusal(responses[0]);
    if (error?.type === 'UNKNOWN_TOPIC_ID' || error?.type === 'UNKNOWN_TOPIC_OR_PARTITION') return 'missing';
    if (error !== undefined) throw error;
    return 'deleted';
  });
}

/** With KRaft any broker passes the request on; before it, one that is not the controller says so. */
async function onController<T>(
  options: ConnectOptions,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  return withConnection(options, async ({ connection, connectTo }) => {
    try {
      return await work(connection);
    } catch (error) {
      if (!isType(error, 'NOT_CONTROLLER')) throw error;
      const { brokers, controllerId } = await metadataOf(connection, []);
      const controller = brokers.find(({ nodeId }) => nodeId === controllerId);
      if (controller === undefined) throw error;
      return await work(await connectTo(controller));
    }
  });
}

function metadataOf(connection: Connection, topics: string[]) {
  return answerOf(metadataV10.api.async(connection, topics, false));
}

function refusal(part: { readonly errorCode: number } | undefined): BrokerError | undefined {
  if (part === undefined) throw new SinkError('KafkaUnavailable', { detail: 'the answer is empty' });
  return brokerError(part.errorCode);
}

function isType(error: unknown, type: string): boolean {
  return error instanceof Error && 'type' in error && error.type === type;
}
