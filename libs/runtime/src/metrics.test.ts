import { expect, test } from '@jest/globals';
import { borrowedMetrics } from '@event-sinks/metrics';
import { counter, createMetrics, gauge, histogram } from './index.ts';

test('a registry has the metrics about the process that dashboards ask for', () => {
  const { registry } = createMetrics();
  // Prometheus makes this one for itself.
  const names = Object.keys(borrowedMetrics).filter((name) => name !== 'up');
  for (const name of names) expect(registry.getSingleMetric(name)).toBeDefined();
});

test('a metric has the name, the help, the labels and the buckets of the catalogue', async () => {
  const { registry } = createMetrics();
  counter(registry, 'event_sinks_requests_refused_total').inc({ reason: 'Overloaded' });
  histogram(registry, 'event_sinks_kafka_produce_duration_seconds').observe({ outcome: 'failed' }, 0.3);
  gauge(registry, 'event_sinks_leading', (leading) => {
    leading.set(1);
  });
  const text = await registry.metrics();
  expect(text).toContain('# TYPE event_sinks_requests_refused_total counter');
  expect(text).toContain('event_sinks_requests_refused_total{reason="Overloaded"} 1');
  expect(text).toContain('event_sinks_kafka_produce_duration_seconds_bucket{le="0.5",outcome="failed"} 1');
  expect(text).toContain('event_sinks_leading 1');
});
