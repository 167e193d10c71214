import { eventRows, processRows } from './common.ts';
import type { DashboardSpec, RowSpec } from './panel.ts';
import { quantile } from './promql.ts';

const job = 'event-sinks-kafka-sink';
const rate = '$__rate_interval';
const produce = 'event_sinks_kafka_produce_duration_seconds';
const buckets = (series: string): string => `sum by (le) (rate(${series}_bucket[${rate}]))`;

const producing: RowSpec = {
  title: 'Producing',
  panels: [
    {
      title: 'Time of a batch',
      description: 'From the producer’s hands to the acknowledgement of all in-sync replicas.',
      unit: 's',
      lines: [
        { query: quantile(0.5, buckets(produce)), legend: 'half of them' },
        { query: quantile(0.99, buckets(produce)), legend: 'all but a hundredth' },
      ],
    },
    {
      title: 'Records in a batch',
      description:
        'A batch is what has come while the one before was under way, so batches grow with the load.',
      unit: 'short',
      lines: [
        { query: quantile(0.5, buckets('event_sinks_kafka_batch_records')), legend: 'half of them' },
        { query: quantile(0.99, buckets('event_sinks_kafka_batch_records')), legend: 'all but a hundredth' },
      ],
    },
    {
      title: 'Batches by outcome',
      description: 'failed: not every record of it was stored.',
      unit: 'reqps',
      lines: [{ query: `sum by (outcome) (rate(${produce}_count[${rate}]))`, legend: '{{outcome}}' }],
    },
  ],
};

const clusters: RowSpec = {
  title: 'Clusters',
  panels: [
    {
      title: 'Records acknowledged, by cluster',
      description: 'A cluster is named after the first of its bootstrap servers.',
      unit: 'reqps',
      lines: [
        {
          query: `sum by (cluster) (rate(event_sinks_kafka_records_total{result="acknowledged"}[${rate}]))`,
          legend: '{{cluster}}',
        },
      ],
    },
    {
      title: 'Records refused, by cluster',
      description: 'With the reason that their senders were told.',
      unit: 'reqps',
      lines: [
        {
          query: `sum by (cluster, result) (rate(event_sinks_kafka_records_total{result!="acknowledged"}[${rate}]))`,
          legend: '{{cluster}} {{result}}',
        },
      ],
    },
    {
      title: 'Producers and Secrets',
      description: 'One producer for each cluster and credentials, one watch for each Secret.',
      unit: 'short',
      lines: [
        { query: 'sum(event_sinks_kafka_producers)', legend: 'producers' },
        { query: 'sum(event_sinks_secrets_followed)', legend: 'Secrets' },
      ],
    },
  ],
};

const queue: RowSpec = {
  title: 'Queue',
  panels: [
    {
      title: 'Age of the queue',
      description:
        'How long the oldest record has been waiting. Records older than nine seconds are refused.',
      unit: 's',
      lines: [{ query: 'event_sinks_kafka_queue_age_seconds', legend: '{{pod}}' }],
    },
    {
      title: 'Records that wait',
      description: 'By pod.',
      unit: 'short',
      lines: [{ query: 'event_sinks_kafka_queued_records', legend: '{{pod}}' }],
    },
    {
      title: 'Bytes that wait',
      description: 'By pod.',
      unit: 'bytes',
      lines: [{ query: 'event_sinks_kafka_queued_bytes', legend: '{{pod}}' }],
    },
  ],
};

/** Events, the batches that they become, and the clusters that take them. */
export const kafkaSinkDashboard: DashboardSpec = {
  uid: 'event-sinks-kafka-sink',
  title: 'Event sinks / KafkaSink',
  description: 'Events that become Kafka records: how many, how fast, and which cluster keeps them from it.',
  kind: 'KafkaSink',
  rows: [...eventRows('KafkaSink', job), producing, clusters, queue, ...processRows(job)],
};
