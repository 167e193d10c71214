import type { MetricDefinition } from './definition.ts';

/** What the dispatcher of JobSinks tells beside its HTTP front. */
export const jobSinkMetrics = {
  event_sinks_run_status_requests_total: {
    type: 'counter',
    help: 'Questions about the run of an event, by what was found; refused ones are counted as refusals.',
    labels: { outcome: '`running`, `complete`, `failed` or `missing`' },
    apps: ['job-sink'],
    absentUntil: 'the first question',
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
