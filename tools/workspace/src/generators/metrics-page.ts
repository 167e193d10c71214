import { apps, borrowedMetrics, catalogue, type App, type MetricDefinition } from '@event-sinks/metrics';
import type { GeneratedFile } from './generated-file.ts';
import { code, page, table } from './markdown.ts';

const intro = `Every process tells its metrics on port 9092, path \`/metrics\`, in Prometheus’ text format. A histogram is seen as
three series, whose names end in \`_bucket\`, \`_sum\` and \`_count\`. No label has a value that a sender chooses, so nobody
can make series by sending events; what a label can be is said below. \`kn_eventing_dispatch_duration_seconds\` has the
name and the labels that Knative gives it. How to collect them is in the [guide to monitoring](../guides/monitoring.md).`;

const absentIntro = `A series without a label is there from the start. One with labels comes with its first value, so a process that has
just started does not tell yet of`;

const borrowedIntro = `Made by the metrics library (there are more of them, beginning with \`process_\` and \`nodejs_\`) or by Prometheus itself,
and used by the dashboards or the alerts:`;

const header = ['Metric', 'Type', 'What it tells', 'Labels'];

/** `docs/reference/metrics.md`: every metric, by the processes that have it. */
export function metricsPage(): readonly GeneratedFile[] {
  const text = page(
    '# Metrics',
    intro,
    ...sections().flatMap(([title, rows]) => [`## ${title}`, table(header, rows)]),
    '## The process itself',
    borrowedIntro,
    table(
      ['Metric', 'Type', 'What it tells'],
      Object.entries(borrowedMetrics).map(([name, { type, help }]) => [code(name), type, help]),
    ),
    '## What is not there at once',
    absentIntro,
    table(['Metric', 'before'], absentRows()),
  );
  return [{ path: 'docs/reference/metrics.md', text }];
}

const entries = Object.entries(catalogue) as [string, MetricDefinition][];

const titles: Readonly<Record<App, string>> = {
  controller: 'The controller alone',
  'job-sink': 'JobSink’s dispatcher alone',
  'kafka-sink': 'KafkaSink’s producer alone',
};

function sections(): (readonly [string, readonly (readonly string[])[]])[] {
  const having = (...wanted: readonly App[]) =>
    entries.filter(([, metric]) => metric.apps.join() === wanted.join()).map(row);
  return [
    ['Every process', having(...apps)],
    ['Both data planes', having('job-sink', 'kafka-sink')],
    ...apps.map((app) => [titles[app], having(app)] as const),
  ];
}

function row([name, { type, help, labels, buckets }]: [string, MetricDefinition]): readonly string[] {
  const bounds = buckets === undefined ? '' : ` Buckets up to ${buckets.join(', ')}.`;
  const meanings = Object.entries(labels).map(([label, values]) => `${code(label)}: ${values}`);
  return [code(name), type, help + bounds, meanings.join('; ')];
}

function absentRows(): readonly (readonly string[])[] {
  return entries.flatMap(([name, { absentUntil }]) =>
    absentUntil === undefined ? [] : [[code(name), absentUntil]],
  );
}
