import { controllerMetrics } from './controller.ts';
import type { MetricDefinition } from './definition.ts';
import { ingressMetrics } from './ingress.ts';
import { jobSinkMetrics } from './job-sink.ts';
import { kafkaSinkMetrics } from './kafka-sink.ts';
import { sharedMetrics } from './shared.ts';

/** Every metric of our own. Nothing else can be made, see `metrics.ts` of the runtime, so this is the inventory. */
export const catalogue = {
  ...ingressMetrics,
  ...jobSinkMetrics,
  ...kafkaSinkMetrics,
  ...controllerMetrics,
  ...sharedMetrics,
} as const satisfies Readonly<Record<string, MetricDefinition>>;

type Catalogue = typeof catalogue;

/** The name of a metric of ours. */
export type MetricName = keyof Catalogue;

/** The names of the metrics of one type. */
export type MetricOfType<T extends MetricDefinition['type']> = {
  [Name in MetricName]: Catalogue[Name]['type'] extends T ? Name : never;
}[MetricName];

/** The names of a metric's labels. */
export type LabelOf<Name extends MetricName> = keyof Catalogue[Name]['labels'] & string;

/** The definition of a metric, without the exactness of its type. */
export function definitionOf(name: MetricName): MetricDefinition {
  return catalogue[name];
}
