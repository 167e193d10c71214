import { createHash } from 'node:crypto';
import { topicIdAnnotation, type KafkaSink } from '@event-sinks/crds';

/** Where a sink's topic is, as far as its object tells. */
export interface TopicUser {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly topic: string;
  readonly bootstrapServers: readonly string[];
  /** Kafka's id of the topic, from the status; undefined where it is not known for these brokers. */
  readonly topicId: string | undefined;
  readonly isBeingDeleted: boolean;
}

/** What of a KafkaSink tells whether it uses the topic of another. */
export function topicUserOf({ metadata, spec, status }: KafkaSink): TopicUser {
  const { uid, namespace, name, deletionTimestamp } = metadata;
  const { topic, bootstrapServers } = spec;
  const noted = status?.annotations?.[topicIdAnnotation] ?? '';
  const known = `${uid}/${brokersDigest(bootstrapServers)}/`;
  return {
    ...{ uid, namespace, name, topic, bootstrapServers, isBeingDeleted: deletionTimestamp !== undefined },
    topicId: noted.startsWith(known) && noted !== known ? noted.slice(known.length) : undefined,
  };
}

/** The annotation that keeps the id of the sink's topic; it says nothing any more once the sink names other brokers. */
export function topicIdAnnotations({ metadata, spec }: KafkaSink, id: string): Record<string, string> {
  return { [topicIdAnnotation]: `${metadata.uid}/${brokersDigest(spec.bootstrapServers)}/${id}` };
}

/**
 * The first of the others that may write to the topic with this id, which `sink` has created. One cluster has many names,
 * so that brokers of other names prove nothing: only another id does. A sink that is being deleted takes no events.
 */
export function otherUser(sink: TopicUser, id: string, others: readonly TopicUser[]): TopicUser | undefined {
  const servers = new Set(sink.bootstrapServers.map(normalized));
  return others.find((other) => {
    if (other.uid === sink.uid || other.topic !== sink.topic || other.isBeingDeleted) return false;
    if (other.bootstrapServers.some((server) => servers.has(normalized(server)))) return true;
    return other.topicId === undefined || other.topicId === id;
  });
}

/** Host names are the same in capitals, and with a dot at the end. */
function normalized(server: string): string {
  return server.toLowerCase().replace(/\.:/, ':');
}

function brokersDigest(servers: readonly string[]): string {
  const names = [...new Set(servers.map(normalized))].sort().join(',');
  return createHash('sha256').update(names).digest('hex').slice(0, 16);
}
