import type { Alert } from './alert.ts';

/** What becomes of the Jobs. */
export const jobAlerts: readonly Alert[] = [
  {
    name: 'JobSinkJobsFailing',
    severity: 'warning',
    query: () =>
      'max by (kn_sink_namespace, kn_sink_name) (event_sinks_jobs{outcome="failed"}) / on (kn_sink_namespace, kn_sink_name) ' +
      'sum by (kn_sink_namespace, kn_sink_name) (max by (kn_sink_namespace, kn_sink_name, outcome) ' +
      '(event_sinks_jobs{outcome=~"complete|failed"})) > 0.5',
    pending: '10m',
    summary:
      '{{ $value | humanizePercentage }} of the ended Jobs of {{ $labels.kn_sink_namespace }}/{{ $labels.kn_sink_name }} failed',
    description: 'The events are stored and acknowledged; it is what is done with them that fails.',
  },
  {
    name: 'JobSinkJobsWaiting',
    severity: 'warning',
    query: () => 'max by (kn_sink_namespace, kn_sink_name) (event_sinks_jobs_waiting) > 0',
    pending: '10m',
    summary:
      '{{ $value }} Jobs of {{ $labels.kn_sink_namespace }}/{{ $labels.kn_sink_name }} have no running pod',
    description:
      'The events are stored and acknowledged, but nothing is done with them. The condition JobsRunnable of the JobSink says why.',
  },
  {
    name: 'JobSinkSweepFailing',
    severity: 'warning',
    query: ({ window }) =>
      `sum(increase(event_sinks_sweeps_total{outcome="failed"}[${window}])) > 0 ` +
      `unless sum(increase(event_sinks_sweeps_total{outcome="complete"}[${window}])) > 0`,
    pending: '15m',
    summary: 'The sweep over the Jobs of JobSinks fails',
    description: 'Jobs whose event was never stored stay, with pods that wait for a volume that never comes.',
  },
];
