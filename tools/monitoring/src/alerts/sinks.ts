import { bySink, theSink, type Alert } from './alert.ts';

/** What the controller and Prometheus itself know. */
export const sinkAlerts: readonly Alert[] = [
  {
    name: 'EventSinkNotReady',
    severity: 'critical',
    query: () => `max by (${bySink}) (event_sinks_sink_ready{has_address="true"}) == 0`,
    pending: '5m',
    summary: `${theSink} is not Ready`,
    description: 'Events for it may be refused. Its conditions say why.',
  },
  {
    name: 'EventSinkNeverReady',
    severity: 'warning',
    query: () => `max by (${bySink}) (event_sinks_sink_ready{has_address="false"}) == 0`,
    pending: '15m',
    summary: `${theSink} has never been Ready`,
    description: 'It has no address yet, so nobody sends to it. Its conditions say what is missing.',
  },
  {
    name: 'EventSinkTargetDown',
    severity: 'warning',
    query: () => 'up{job=~"event-sinks-.+"} == 0',
    pending: '2m',
    summary: 'The metrics of {{ $labels.pod }} ({{ $labels.job }}) cannot be read',
    description: 'The pod does not answer on its metrics port. What it does is not known.',
  },
  {
    name: 'EventSinkNoLeader',
    severity: 'critical',
    query: () => 'sum(event_sinks_leading) == 0 or absent(event_sinks_leading)',
    pending: '2m',
    summary: 'No controller leads',
    description:
      'Sinks that have an address go on taking events. New and changed sinks do not become Ready, and conditions grow old.',
  },
  {
    name: 'EventSinkReconcileFailing',
    severity: 'warning',
    query: ({ window }) =>
      'sum by (loop) (rate(event_sinks_reconcile_duration_seconds_count' +
      `{outcome=~"error|timeout|terminal"}[${window}])) > 0`,
    pending: '15m',
    summary: 'Passes over {{ $labels.loop }} objects fail',
    description: 'The conditions of some sinks are not up to date.',
  },
  {
    name: 'EventSinkWebhookTrouble',
    severity: 'warning',
    query: ({ window }) =>
      'sum by (verdict) (rate(event_sinks_webhook_review_duration_seconds_count' +
      `{verdict=~"undecided|trouble"}[${window}])) > 0`,
    pending: '10m',
    summary: 'The webhook cannot try the templates of JobSinks ({{ $labels.verdict }})',
    description: 'JobSinks are taken or refused without a trial of their template.',
  },
  {
    name: 'EventSinkWebhookCertificateExpiring',
    severity: 'critical',
    query: () => 'min(event_sinks_webhook_certificate_expiry_timestamp_seconds > 0) - time() < 7 * 24 * 3600',
    pending: '1h',
    summary: 'The webhook’s certificate expires in {{ $value | humanizeDuration }}',
    description: 'Once it has expired, nobody can create or change a JobSink.',
  },
];
