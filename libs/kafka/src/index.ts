export { BrokerProblem, type BrokerProblemKind, type ConnectFailure } from './broker-problem.ts';
export { describeTopic, type TopicDescription, type TopicOptions } from './describe-topic.ts';
export {
  createIdentifiedTopic,
  deleteIdentifiedTopic,
  type IdentifiedTopicOptions,
} from './identified-topic.ts';
export { TopicRefused } from './topic-refused.ts';
export { createAddressGuard, type AddressGuard, type AddressGuardOptions } from './network/address-guard.ts';
export { addressGuardOf, addressGuardVariables, type AddressGuardConfig } from './network/guard-variables.ts';
export type { ConnectionOptions } from './connection.ts';
export { createProducer, kafkaDrivers, type KafkaDriver, type ProducerOptions } from './create-producer.ts';
export type { CredentialsReason } from './credentials-problem.ts';
export { readCredentials, type CredentialsReading } from './credentials.ts';
export { kafkaSinkError } from './error-mapping.ts';
export { createKafkaJsProducer, type KafkaJsProducerOptions } from './kafkajs-producer.ts';
export { microBatcher, type MicroBatcher, type MicroBatcherOptions } from './micro-batcher.ts';
export {
  createPlatformaticProducer,
  type PlatformaticProducerOptions,
} from './platformatic/platformatic-producer.ts';
export { defaultProducerLimits, type ProducerLimits } from './producer-limits.ts';
export { createTokenSource, type TokenSource, type TokenSourceOptions } from './oauth-token.ts';
export { recordBytes, type KafkaProducer, type SendResult, type TopicRecord } from './records.ts';
export type { KafkaOAuth, KafkaPassword, KafkaProtocol, KafkaSecurity, KafkaTls } from './security.ts';
export { securityKey } from './security-key.ts';
