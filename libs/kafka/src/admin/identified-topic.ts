import type { BrokerConnection } from '../network/broker-connection.ts';
import { BrokerError } from '../protocol/broker-error.ts';
import { identifiedMetadataCall } from '../protocol/metadata.ts';
import { createTopicCall, deleteTopicCall } from '../protocol/topics.ts';
import { withConnection, type ConnectOptions } from './admin-connection.ts';
import { TopicRefused, topicRefusals } from './topic-refused.ts';

/*
 * Kafka gives each topic an id of its own (KIP-516), another one when it is created again under the same name. Only
 * with that can somebody say for sure that a topic is the one that it has created. Older brokers do not know ids; the
 * requests here do, and need brokers of version 2.8 or newer.
 */

/** What every question about an identified topic takes. */
export interface IdentifiedTopicOptions extends ConnectOptions {
  readonly topic: string;
}

/**
 * Creates a topic with the brokers' defaults for everything but partitions and replication. `created` is said only when
 * a broker has said so to this call, with the id of the new topic; of all who ask at once exactly one hears it. When
 * the answer is lost the call throws, and nobody knows.
 * @throws TopicRefused when the brokers do not want the topic as it is asked for; SinkError for the rest.
 */
export async function createIdentifiedTopic(
  options: IdentifiedTopicOptions & { readonly partitions: number; readonly replicationFactor: number },
): Promise<{ readonly outcome: 'created'; readonly id: string } | { readonly outcome: 'exists' }> {
  return onController(options, async (connection) => {
    const { error, id } = await connection.request(createTopicCall(options, options.timeoutMs));
    if (error === undefined) return { outcome: 'created', id };
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
    await connection.request(identifiedMetadataCall([]));
    const { error } = await connection.request(deleteTopicCall(options.id, options.timeoutMs));
    if (error?.type === 'UNKNOWN_TOPIC_ID' || error?.type === 'UNKNOWN_TOPIC_OR_PARTITION') return 'missing';
    if (error !== undefined) throw error;
    return 'deleted';
  });
}

/** With KRaft any broker passes the request on; before it, one that is not the controller says so. */
async function onController<T>(
  options: ConnectOptions,
  work: (connection: BrokerConnection) => Promise<T>,
): Promise<T> {
  return withConnection(options, async ({ connection, connectTo }) => {
    try {
      return await work(connection);
    } catch (error) {
      if (!(error instanceof BrokerError) || error.type !== 'NOT_CONTROLLER') throw error;
      const { brokers, controllerId } = await connection.request(identifiedMetadataCall([]));
      const controller = brokers.find(({ nodeId }) => nodeId === controllerId);
      if (controller === undefined) throw error;
      return await work(await connectTo(controller));
    }
  });
}
