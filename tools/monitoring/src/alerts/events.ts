import { bySink, theSink, type Alert } from './alert.ts';

const answers = 'kn_eventing_dispatch_duration_seconds';

/** What senders notice. */
export const eventAlerts: readonly Alert[] = [
  {
    name: 'EventSinkEventsFailing',
    severity: 'critical',
    query: ({ window }) =>
      `sum by (${bySink}) (rate(${answers}_count{http_response_status_code=~"5.."}[${window}])) ` +
      `/ sum by (${bySink}) (rate(${answers}_count[${window}])) > 0.05`,
    pending: '5m',
    summary: `${theSink} cannot store {{ $value | humanizePercentage }} of its events`,
    description: 'Events are answered with 5xx. Senders try again for a while and then give them up.',
  },
  {
    name: 'EventSinkEventsSlow',
    severity: 'warning',
    query: ({ window }) =>
      `histogram_quantile(0.99, sum by (le, ${bySink}) (rate(${answers}_bucket[${window}]))) > 2.5`,
    pending: '10m',
    summary: `${theSink} takes {{ $value | humanizeDuration }} for the slowest hundredth of its events`,
    description:
      'An event that is not stored within its deadline, ten seconds unless set, is answered with 503.',
  },
  {
    name: 'EventSinkBackPressure',
    severity: 'warning',
    query: ({ window }) =>
      'sum by (job, reason) (rate(event_sinks_requests_refused_total' +
      `{reason=~"Overloaded|BackendThrottled|QuotaExhausted"}[${window}])) > 0.1`,
    pending: '10m',
    summary:
      '{{ $labels.job }} sends {{ $value | humanize }} events a second back with 429 ({{ $labels.reason }})',
    description: 'Senders are told to come again later. Those whose retries run out give their events up.',
  },
  {
    name: 'EventSinkNearInFlightLimit',
    severity: 'warning',
    query: () => 'event_sinks_requests_in_flight / event_sinks_requests_in_flight_limit > 0.8',
    pending: '5m',
    summary:
      '{{ $labels.pod }} holds {{ $value | humanizePercentage }} of the events that it may have in flight',
    description: 'At the limit, further events are answered with 429.',
  },
];
