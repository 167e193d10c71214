import {
  definitionOf,
  type LabelOf,
  type MetricDefinition,
  type MetricName,
  type MetricOfType,
} from '@event-sinks/metrics';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export { Registry } from 'prom-client';
export type { Counter, Gauge, Histogram } from 'prom-client';

/** The process's metrics. */
export interface Metrics {
  /** Every metric is made in it; another registry would be one that nobody reads. */
  readonly registry: Registry;
}

/** Makes a registry of its own, with the usual series about the process and Node itself. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return { registry };
}

/** Makes a counter of the catalogue. */
export function counter<Name extends MetricOfType<'counter'>>(
  registry: Registry,
  name: Name,
): Counter<LabelOf<Name>> {
  return new Counter({ ...common(name), registers: [registry] });
}

/** Makes a histogram of the catalogue. */
export function histogram<Name extends MetricOfType<'histogram'>>(
  registry: Registry,
  name: Name,
): Histogram<LabelOf<Name>> {
  const { buckets = [] }: MetricDefinition = definitionOf(name);
  return new Histogram({ ...common(name), buckets: [...buckets], registers: [registry] });
}

/** Makes a gauge of the catalogue; `collect` is called whenever metrics are read, to set it. */
export function gauge<Name extends MetricOfType<'gauge'>>(
  registry: Registry,
  name: Name,
  collect?: (gauge: Gauge<LabelOf<Name>>) => void,
): Gauge<LabelOf<Name>> {
  return new Gauge({
    ...common(name),
    registers: [registry],
    ...(collect && {
      collect() {
        collect(this);
      },
    }),
  });
}

function common<Name extends MetricName>(name: Name) {
  const { help, labels } = definitionOf(name);
  return { name, help, labelNames: Object.keys(labels) as LabelOf<Name>[] };
}
