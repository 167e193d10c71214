import { expect, test } from '@jest/globals';
import type { ErrorCode } from '@event-sinks/errors';
import { brokerTrouble, topicRefused } from './broker-trouble.ts';

test.each<[ErrorCode, string]>([
  ['KafkaUnavailable', 'brokers'],
  ['InternalError', 'brokers'],
  ['BackendThrottled', 'brokers'],
  ['PermissionDenied', 'topic'],
  ['CredentialsRefused', 'credentials'],
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
