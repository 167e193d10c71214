import type { Logger } from '@event-sinks/runtime';
import type { ConnectionOptions } from './connection.ts';
import { createKafkaJsProducer } from './kafkajs-producer.ts';
import { createPlatformaticProducer } from './platformatic/platformatic-producer.ts';
import type { ProducerLimits } from './producer-limits.ts';
import type { KafkaProducer } from './records.ts';

/** The Kafka clients that a producer can be built on. */
export const kafkaDrivers = ['platformatic', 'kafkajs'] as const;

/** One of {@link kafkaDrivers}. */
export type KafkaDriver = (typeof kafkaDrivers)[number];

/** What {@link createProducer} takes. */
export interface ProducerOptions {
  readonly driver: KafkaDriver;
  readonly connection: ConnectionOptions;
  readonly limits?: Partial<ProducerLimits>;
  readonly logger: Logger;
}

/** A producer on the client that is named; all of them keep the same promises. */
export function createProducer({ driver, ...options }: ProducerOptions): KafkaProducer {
  switch (driver) {
    case 'kafkajs':
      return createKafkaJsProducer(options);
    case 'platformatic':
      return createPlatformaticProducer(options);
  }
}
