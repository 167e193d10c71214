import { catalogue, definitionOf, type MetricName } from '@event-sinks/metrics';

/** Values by which the queries of dashboards pick samples; every other label has any value. */
const labelValues: Readonly<Record<string, string>> = {
  http_response_status_code: '202',
  result: 'acknowledged',
};

/** Samples in promtool's notation of processes that have worked, and now have nothing to do. */
export function quietSamples(): readonly { readonly series: string; readonly values: string }[] {
  return (Object.keys(catalogue) as MetricName[]).flatMap((name) =>
    definitionOf(name).apps.flatMap((app) => seriesOf(name, app)),
  );
}

function seriesOf(name: MetricName, app: string): { series: string; values: string }[] {
  const { type, labels, buckets = [] } = definitionOf(name);
  const kind = app === 'kafka-sink' ? 'KafkaSink' : 'JobSink';
  const text = [
    `job="event-sinks-${app}"`,
    ...Object.keys(labels).map(
      (label) => `${label}="${label === 'kn_sink_kind' ? kind : (labelValues[label] ?? 'any')}"`,
    ),
  ].join(',');
  const constant = (series: string, more = ''): { series: string; values: string } => ({
    series: `${series}{${text}${more}}`,
    values: '7x30',
  });
  if (type !== 'histogram') return [constant(name)];
  const bounds = [...buckets.map(String), '+Inf'].map((bound) =>
    constant(`${name}_bucket`, `,le="${bound}"`),
  );
  return [...bounds, constant(`${name}_sum`), constant(`${name}_count`)];
}
