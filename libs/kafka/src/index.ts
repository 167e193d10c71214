export { BrokerProblem, type BrokerProblemKind, type ConnectFailure } from './admin/broker-problem.ts';
export { describeTopic, type TopicDescription, type TopicOptions } from './admin/describe-topic.ts';
export {
  createIdentifiedTopic,
  deleteIdentifiedTopic,
  type IdentifiedTopicOptions,
} from './admin/identified-topic.ts';
export { TopicRefused } from './admin/topic-refused.ts';
export type { CredentialsReason } from './credentials/credentials-problem.ts';
export { readCredentials, type CredentialsReading } from './credentials/credentials.ts';
export { securityKey } from './credentials/security-key.ts';
export type {
  KafkaOAuth,
  KafkaPassword,
  KafkaProtocol,
  KafkaSecurity,
  KafkaTls,
} from './credentials/security.ts';
export {
  createAddressGuard,
  type AddressGuard,
  type AddressGuardOptions,
} from './addresses/address-guard.ts';
export {
  addressGuardOf,
  addressGuardVariables,
  type AddressGuardConfig,
} from './addresses/guard-variables.ts';
export type { ConnectionOptions } from './network/connection-options.ts';
export { SaltedPasswords } from './network/salted-passwords.ts';
export { defaultProducerLimits, type ProducerLimits } from './producer/limits.ts';
export {
  createProducer,
  type KafkaProducer,
  type ProducerMeter,
  type ProducerOptions,
  type QueuedRecords,
} from './producer/producer.ts';
export { javaPartition } from './protocol/java-partition.ts';
export type { TopicRecord } from './protocol/records.ts';
