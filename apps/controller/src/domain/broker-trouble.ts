import { errorTable, type ErrorCode } from '@event-sinks/errors';

/** Why the brokers were of no help, sorted by who can mend it. */
export interface BrokerTrouble {
  /** `credentials`: what the Secret holds does not get us in; `brokers`: they are away; `topic`: they refuse the topic. */
  readonly about: 'credentials' | 'brokers' | 'topic';
  readonly reason: ErrorCode | 'TopicRefused';
  /** Sentences for the condition, without anything that a broker or a Secret said. */
  readonly message: string;
}

/** What CredentialsReady speaks of. */
const aboutCredentials: ReadonlySet<ErrorCode> = new Set([
  'CredentialsRefused',
  'TokenUnavailable',
  'BrokerCertificateUntrusted',
  'BrokerCertificateExpired',
  'BrokerNameMismatch',
  'TlsFailed',
]);

const messages: Partial<Record<ErrorCode, string>> = {
  CredentialsRefused:
    'The brokers refuse the credentials. Correct user and password, user.crt and user.key, or sasl.mechanism in the ' +
    'Secret; without spec.auth the sink has none to show.',
  PermissionDenied:
    'The brokers know the user but let it not do this. Give it Describe and Write on the topic, and Create and Delete ' +
    'where the sink creates it.',
  KafkaUnavailable: 'The brokers could not be asked. Look at Kafka and at the way to it.',
};

/** What a failed question means for the sink, and for whom. */
export function brokerTrouble(code: ErrorCode): BrokerTrouble {
  const { message: what, remedy } = errorTable[code];
  const message = messages[code] ?? `${what} ${remedy}`;
  if (aboutCredentials.has(code)) return { about: 'credentials', reason: code, message };
  return { about: code === 'PermissionDenied' ? 'topic' : 'brokers', reason: code, message };
}

/** Kafka’s names for why it does not create a topic as the sink wants it; asking again changes nothing. */
const refusals: Readonly<Record<string, string>> = {
  INVALID_REPLICATION_FACTOR: 'there are fewer brokers than replicationFactor asks for',
  INVALID_PARTITIONS: 'numPartitions is more than the cluster takes',
  POLICY_VIOLATION: 'a policy of the cluster forbids it',
  INVALID_TOPIC_EXCEPTION:
    'the cluster does not take its name, which may differ from another topic’s in "." and "_" only',
};

/** What it means that the brokers refuse to create the topic; `type` is Kafka’s own name of the reason. */
export function topicRefused(type: string): BrokerTrouble {
  const why = refusals[type] ?? `${type} is their reason`;
  const message = `The brokers do not create the topic: ${why}. Create it with the tools of Kafka, or delete the sink and create it anew.`;
  return { about: 'topic', reason: 'TopicRefused', message };
}
