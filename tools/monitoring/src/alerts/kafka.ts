import type { Alert } from './alert.ts';

/** What the producers see of Kafka. */
export const kafkaAlerts: readonly Alert[] = [
  {
    name: 'KafkaSinkClusterFailing',
    severity: 'critical',
    query: ({ window }) =>
      `sum by (cluster) (rate(event_sinks_kafka_records_total{result!="acknowledged"}[${window}])) ` +
      `/ sum by (cluster) (rate(event_sinks_kafka_records_total[${window}])) > 0.05`,
    pending: '5m',
    summary:
      'The Kafka cluster at {{ $labels.cluster }} does not take {{ $value | humanizePercentage }} of the records',
    description:
      'The events are answered with a refusal; senders try again for a while and then give them up.',
  },
  {
    name: 'KafkaSinkQueueOld',
    severity: 'warning',
    query: () => 'event_sinks_kafka_queue_age_seconds > 5',
    pending: '2m',
    summary: 'Records wait {{ $value | humanizeDuration }} in {{ $labels.pod }} before they are sent',
    description: 'A topic takes records more slowly than they come. After nine seconds they are refused.',
  },
  {
    name: 'KafkaSinkProduceSlow',
    severity: 'warning',
    query: ({ window }) =>
      'histogram_quantile(0.99, sum by (le) ' +
      `(rate(event_sinks_kafka_produce_duration_seconds_bucket[${window}]))) > 1`,
    pending: '10m',
    summary: 'Kafka takes {{ $value | humanizeDuration }} for the slowest hundredth of the batches',
    description: 'A batch waits for the one before it, so slow brokers make queues grow.',
  },
];
