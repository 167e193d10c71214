import { errorTable, type ErrorCode } from '@event-sinks/errors';
import type { BrokerProblemKind, ConnectFailure } from '@event-sinks/kafka';

/** Why the brokers were of no help, sorted by who can mend it. */
export interface BrokerTrouble {
  /** `credentials`: what the Secret holds does not get us in; `brokers`: they are away; `topic`: they refuse the topic. */
  readonly about: 'credentials' | 'brokers' | 'topic';
  readonly reason: ErrorCode | ProblemReason | 'TopicRefused';
  /** Sentences for the condition, without anything that a Secret holds, and of a broker only the address it advertises. */
  readonly message: string;
}

/** Why the brokers could not be asked, or do not take events, as a condition's reason. */
export type ProblemReason =
  | 'BrokerHostUnknown'
  | 'BrokerConnectionRefused'
  | 'BrokerTimeout'
  | 'BrokerConnectionClosed'
  | 'BrokerNotKafka'
  | 'BrokerUnreachable'
  | 'AdvertisedAddressUnreachable'
  | 'PartitionWithoutLeader';

/** What CredentialsReady speaks of. */
const aboutCredentials: ReadonlySet<ErrorCode> = new Set([
  'CredentialsRefused',
  'SaslNotEnabled',
  'SaslMechanismNotEnabled',
  'TokenUnavailable',
  'TokenEndpointNotAllowed',
  'BrokerCertificateUntrusted',
  'BrokerCertificateExpired',
  'BrokerNameMismatch',
  'TlsFailed',
  'TlsRequired',
]);

const messages: Partial<Record<ErrorCode, string>> = {
  CredentialsRefused:
    'The brokers refuse the credentials. Correct user and password, user.crt and user.key, or sasl.mechanism in the ' +
    'Secret; without spec.auth the sink has none to show.',
  PermissionDenied:
    'The brokers know the user but let it not do this. Give it Describe and Write on the topic, and Create and Delete ' +
    'where the sink creates it.',
  KafkaUnavailable:
    'The brokers in spec.bootstrapServers did not answer the question about the topic. Check the health of the cluster.',
  SaslNotEnabled:
    'The listener does not offer SASL. Set protocol in the Secret to PLAINTEXT or SSL, or use the port of a SASL ' +
    'listener in spec.bootstrapServers.',
  SaslMechanismNotEnabled:
    'The listener does not offer this SASL mechanism. Set sasl.mechanism in the Secret to one that the listener offers.',
  TlsRequired:
    'The listener requires TLS. Set protocol in the Secret to SSL or SASL_SSL, or use the port of a listener without TLS ' +
    'in spec.bootstrapServers.',
};

/** What a failed question means for the sink, and for whom. */
export function brokerTrouble(code: ErrorCode): BrokerTrouble {
  const { message: what, remedy } = errorTable[code];
  const message = messages[code] ?? `${what} ${remedy}`;
  if (aboutCredentials.has(code)) return { about: 'credentials', reason: code, message };
  return { about: code === 'PermissionDenied' ? 'topic' : 'brokers', reason: code, message };
}

const failures: Readonly<
  Record<ConnectFailure, { readonly reason: ProblemReason; readonly cause: string; readonly remedy: string }>
> = {
  HostUnknown: {
    reason: 'BrokerHostUnknown',
    cause: 'the host name is unknown',
    remedy: 'Correct the host name, or check the DNS of the cluster.',
  },
  ConnectionRefused: {
    reason: 'BrokerConnectionRefused',
    cause: 'connection refused',
    remedy: 'Check the port, and that the brokers are running.',
  },
  TimedOut: {
    reason: 'BrokerTimeout',
    cause: 'no answer in time',
    remedy:
      'Check that the brokers are running, and that firewalls and network policies let the controller through.',
  },
  ConnectionClosed: {
    reason: 'BrokerConnectionClosed',
    cause: 'the server closed the connection',
    remedy:
      'Check the port. If the listener requires SASL or TLS, set protocol in the Secret of spec.auth accordingly.',
  },
  NotKafka: {
    reason: 'BrokerNotKafka',
    cause: 'the server does not speak the Kafka protocol',
    remedy: 'Correct the host name and the port.',
  },
  Unreachable: {
    reason: 'BrokerUnreachable',
    cause: 'the connection failed',
    remedy: 'Check the network between the controller and the brokers.',
  },
};

/** What it means that no broker could be asked, or that a leader does not take events. */
export function problemTrouble(kind: BrokerProblemKind): BrokerTrouble {
  if (kind.about === 'leaders') {
    const count = `${kind.partitions} ${kind.partitions === 1 ? 'partition' : 'partitions'}`;
    const message = `The topic has ${count} without a leader. Bring back the brokers that hold the replicas.`;
    return { about: 'topic', reason: 'PartitionWithoutLeader', message };
  }
  const { reason, cause, remedy } = failures[kind.failure];
  if (kind.origin === 'bootstrap') {
    const message = `Could not reach the brokers in spec.bootstrapServers: ${cause}. ${remedy}`;
    return { about: 'brokers', reason, message };
  }
  const message =
    `The broker advertises ${kind.server ?? 'an address'}, which could not be reached: ${cause}. ` +
    'Correct advertised.listeners of the brokers, or open the network to that address.';
  return { about: 'topic', reason: 'AdvertisedAddressUnreachable', message };
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
