import type { Alert } from './alert.ts';

const calls = 'event_sinks_api_request_duration_seconds';

/** What the processes see of the Kubernetes API server. */
export const apiServerAlerts: readonly Alert[] = [
  {
    name: 'EventSinkApiServerErrors',
    severity: 'critical',
    query: ({ window }) =>
      `sum by (job) (rate(${calls}_count{status=~"5xx|none"}[${window}])) ` +
      `/ sum by (job) (rate(${calls}_count[${window}])) > 0.05`,
    pending: '5m',
    summary:
      '{{ $value | humanizePercentage }} of the calls that {{ $labels.job }} makes to the API server fail',
    description: 'JobSinks cannot store events without the API server; KafkaSinks can, until they change.',
  },
  {
    name: 'EventSinkApiServerSlow',
    severity: 'warning',
    query: ({ window }) =>
      'histogram_quantile(0.99, sum by (le, job, verb, resource) ' +
      `(rate(${calls}_bucket{verb!~"watch|list"}[${window}]))) > 1`,
    pending: '10m',
    summary:
      'The API server takes {{ $value | humanizeDuration }} to {{ $labels.verb }} {{ $labels.resource }} for {{ $labels.job }}',
    description: 'Each event of a JobSink needs two such calls, one after the other.',
  },
  {
    name: 'EventSinkWatchStalled',
    severity: 'critical',
    query: () => 'max by (job, pod, resource) (event_sinks_watch_age_seconds) > 300',
    pending: '1m',
    summary:
      '{{ $labels.pod }} has heard nothing about {{ $labels.resource }} for {{ $value | humanizeDuration }}',
    description: 'It works with what it knew then: new sinks are unknown to it, and deleted ones are not.',
  },
];
