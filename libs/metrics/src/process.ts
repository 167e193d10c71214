import type { MetricDefinition } from './definition.ts';

/** Metrics that a library or Prometheus itself makes, as far as dashboards and alerts ask for them. */
export const borrowedMetrics = {
  process_cpu_seconds_total: { type: 'counter', help: 'CPU time of the process.' },
  process_resident_memory_bytes: { type: 'gauge', help: 'Memory of the process.' },
  nodejs_eventloop_lag_p99_seconds: {
    type: 'gauge',
    help: 'How late a timer was, for the latest hundredth: how busy the one thread is.',
  },
  up: { type: 'gauge', help: 'Whether Prometheus could read the metrics of a pod; made by Prometheus.' },
} as const satisfies Readonly<Record<string, Pick<MetricDefinition, 'type' | 'help'>>>;
