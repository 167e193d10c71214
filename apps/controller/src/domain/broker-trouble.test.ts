import { expect, test } from '@jest/globals';
import type { ErrorCode } from '@event-sinks/errors';
import type { BrokerProblemKind } from '@event-sinks/kafka';
import { brokerTrouble, problemTrouble, topicRefused } from './broker-trouble.ts';

test.each<[ErrorCode, string]>([
  ['KafkaUnavailable', 'brokers'],
  ['InternalError', 'brokers'],
  ['BackendThrottled', 'brokers'],
  ['PermissionDenied', 'topic'],
  ['CredentialsRefused', 'credentials'],
  ['BootstrapAddressNotAllowed', 'brokers'],
  ['AdvertisedAddressNotAllowed', 'brokers'],
  ['SaslNotEnabled', 'credentials'],
  ['SaslMechanismNotEnabled', 'credentials'],
  ['TlsRequired', 'credentials'],
  ['TokenEndpointNotAllowed', 'credentials'],
  ['TokenUnavailable', 'credentials'],
  ['BrokerCertificateUntrusted', 'credentials'],
  ['BrokerCertificateExpired', 'credentials'],
  ['BrokerNameMismatch', 'credentials'],
  ['TlsFailed', 'credentials'],
])('%s is about the %s, and says what mends it', (code, about) => {
  const trouble = brokerTrouble(code);
  expect(trouble).toMatchObject({ about, reason: code });
  expect(trouble.message).toMatch(/^[A-Z].*\. [A-Z].*\.$/);
});

test.each([
  ['INVALID_REPLICATION_FACTOR', 'fewer brokers'],
  ['POLICY_VIOLATION', 'a policy'],
  ['INVALID_CONFIG', 'INVALID_CONFIG is their reason'],
])('%s refuses the topic', (type, words) => {
  const trouble = topicRefused(type);
  expect(trouble).toMatchObject({ about: 'topic', reason: 'TopicRefused' });
  expect(trouble.message).toContain(words);
});

const bootstrap = { about: 'connection', origin: 'bootstrap' } as const;
const advertised = { about: 'connection', origin: 'advertised' } as const;

test.each<[string, BrokerProblemKind, string, string]>([
  [
    'an unknown host',
    { ...bootstrap, failure: 'HostUnknown' },
    'BrokerHostUnknown',
    'Could not reach the brokers in spec.bootstrapServers: the host name is unknown.',
  ],
  [
    'a refused connection',
    { ...bootstrap, failure: 'ConnectionRefused' },
    'BrokerConnectionRefused',
    'Could not reach the brokers in spec.bootstrapServers: connection refused.',
  ],
  [
    'silence',
    { ...bootstrap, failure: 'TimedOut' },
    'BrokerTimeout',
    'Could not reach the brokers in spec.bootstrapServers: no answer in time.',
  ],
  [
    'a closed connection',
    { ...bootstrap, failure: 'ConnectionClosed' },
    'BrokerConnectionClosed',
    'Could not reach the brokers in spec.bootstrapServers: the server closed the connection.',
  ],
  [
    'another protocol',
    { ...bootstrap, failure: 'NotKafka' },
    'BrokerNotKafka',
    'Could not reach the brokers in spec.bootstrapServers: the server does not speak the Kafka protocol.',
  ],
  [
    'any other failure of the network',
    { ...bootstrap, failure: 'Unreachable' },
    'BrokerUnreachable',
    'Could not reach the brokers in spec.bootstrapServers: the connection failed.',
  ],
  [
    'an advertised address',
    { ...advertised, failure: 'ConnectionRefused', server: 'kafka-0.kafka:9092' },
    'AdvertisedAddressUnreachable',
    'The broker advertises kafka-0.kafka:9092, which could not be reached: connection refused.',
  ],
  [
    'an advertised address that cannot be shown',
    { ...advertised, failure: 'HostUnknown' },
    'AdvertisedAddressUnreachable',
    'The broker advertises an address, which could not be reached: the host name is unknown.',
  ],
  [
    'a partition without leader',
    { about: 'leaders', partitions: 1 },
    'PartitionWithoutLeader',
    'The topic has 1 partition without a leader.',
  ],
])('%s has its own reason and names the cause', (_, kind, reason, words) => {
  const trouble = problemTrouble(kind);
  expect(trouble.reason).toBe(reason);
  expect(trouble.message.slice(0, words.length)).toBe(words);
  // What to do about it follows.
  expect(trouble.message.length).toBeGreaterThan(words.length + 10);
});
