import { collectDefaultMetrics, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The process's metrics. */
export interface Metrics {
  /** Hand it to every metric as `registers: [registry]`; without that, one lands in a registry nobody reads. */
  readonly registry: Registry;
}

/** Makes a registry of its own, with the usual series about the process and Node itself. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return { registry };
}
