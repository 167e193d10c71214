import type { MetricDefinition } from './definition.ts';

/** What the producer of KafkaSinks tells beside its HTTP front. */
export const kafkaSinkMetrics = {
  event_sinks_kafka_produce_duration_seconds: {
    type: 'histogram',
    help: 'Time from handing a batch to the Kafka client to the brokers’ answer.',
    labels: { outcome: '`acknowledged`, or `failed` where not every record was stored' },
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    apps: ['kafka-sink'],
    absentUntil: 'the first batch',
  },
  event_sinks_kafka_batch_records: {
    type: 'histogram',
    help: 'Records in a batch.',
    labels: {},
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
    apps: ['kafka-sink'],
  },
  event_sinks_kafka_records_total: {
    type: 'counter',
    help: 'Records that were handed to the Kafka client, by what became of them.',
    labels: {
      result: '`acknowledged`, or the reason of a refusal',
      cluster: 'the first of the cluster’s bootstrap servers, in alphabetical order',
    },
    apps: ['kafka-sink'],
    absentUntil: 'the first batch',
  },
  event_sinks_kafka_producers: {
    type: 'gauge',
    help: 'Producers, one for each cluster and credentials.',
    labels: {},
    apps: ['kafka-sink'],
  },
  event_sinks_kafka_queued_records: {
    type: 'gauge',
    help: 'Records that wait for the batch before them.',
    labels: {},
    apps: ['kafka-sink'],
  },
  event_sinks_kafka_queued_bytes: {
    type: 'gauge',
    help: 'Bytes of the records that wait.',
    labels: {},
    apps: ['kafka-sink'],
  },
  event_sinks_kafka_queue_age_seconds: {
    type: 'gauge',
    help: 'Time for which the oldest record has been waiting, give or take one batch.',
    labels: {},
    apps: ['kafka-sink'],
  },
  event_sinks_secrets_followed: {
    type: 'gauge',
    help: 'Secrets with credentials that are watched.',
    labels: {},
    apps: ['kafka-sink'],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
