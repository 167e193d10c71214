/** Kafka's names for “not this topic, however often you ask”. */
export const topicRefusals: ReadonlySet<string> = new Set([
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_PARTITIONS',
  'INVALID_REPLICATION_FACTOR',
  'INVALID_REPLICA_ASSIGNMENT',
  'INVALID_CONFIG',
  'POLICY_VIOLATION',
]);

/** The brokers do not create the topic as it is asked for, with more replicas than there are brokers for example. */
export class TopicRefused extends Error {
  /** Kafka's own name of the reason, out of {@link topicRefusals}. */
  readonly type: string;

  constructor(type: string, options: ErrorOptions) {
    super(`the brokers refuse the topic: ${type}`, options);
    this.name = 'TopicRefused';
    this.type = type;
  }
}
