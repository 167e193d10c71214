export { describeTopic, type DescribeTopicOptions, type TopicDescription } from './admin.ts';
export type { ConnectionOptions } from './connection.ts';
export { kafkaSinkError } from './error-mapping.ts';
export { createKafkaJsProducer, type KafkaJsProducerOptions } from './kafkajs-producer.ts';
export { microBatcher, type MicroBatcher, type MicroBatcherOptions } from './micro-batcher.ts';
export { defaultProducerLimits, type ProducerLimits } from './producer-limits.ts';
export { recordBytes, type KafkaProducer, type SendResult, type TopicRecord } from './records.ts';
export type { KafkaOAuth, KafkaPassword, KafkaProtocol, KafkaSecurity, KafkaTls } from './security.ts';
