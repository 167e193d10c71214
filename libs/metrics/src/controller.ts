import type { MetricDefinition } from './definition.ts';

const controller = ['controller'] as const;
const sinkLabels = { kn_sink_name: 'name of the sink', kn_sink_namespace: 'its namespace' };

/** What the controller tells: its loops, the sinks as they stand, the sweep and the webhook. */
export const controllerMetrics = {
  event_sinks_leading: {
    type: 'gauge',
    help: 'Whether this replica leads (1), so that it reconciles and sweeps.',
    labels: {},
    apps: controller,
  },
  event_sinks_sink_ready: {
    type: 'gauge',
    help: 'Whether a sink is Ready (1); every replica tells of every sink.',
    labels: {
      ...sinkLabels,
      kn_sink_kind: '`JobSink` or `KafkaSink`',
      reason: 'why it is not, as in the condition; empty where it is',
      has_address: '`true` once it has an address, which it keeps; senders may know it',
    },
    apps: controller,
    absentUntil: 'the first sink',
  },
  event_sinks_reconcile_duration_seconds: {
    type: 'histogram',
    help: 'Time that one pass over one sink took, by how it ended.',
    labels: {
      loop: '`jobsink` or `kafkasink`',
      outcome: '`done`, `requeued`, `error`, `timeout`, `terminal` or `stopped`',
    },
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    apps: controller,
    absentUntil: 'the first sink',
  },
  event_sinks_reconcile_retries_total: {
    type: 'counter',
    help: 'Sinks put back in line after a pass that failed.',
    labels: { loop: '`jobsink` or `kafkasink`' },
    apps: controller,
    absentUntil: 'the first pass that fails',
  },
  event_sinks_reconcile_queue: {
    type: 'gauge',
    help: 'Sinks in the work queue of the leader.',
    labels: {
      loop: '`jobsink` or `kafkasink`',
      state: '`depth` in line, `processing` being worked on, `delayed` waiting for their time',
    },
    apps: controller,
    absentUntil: 'the first sink',
  },
  event_sinks_jobs: {
    type: 'gauge',
    help: 'Jobs of a JobSink that exist, as the leader’s last whole sweep found them.',
    labels: { ...sinkLabels, outcome: '`running`, `complete` or `failed`' },
    apps: controller,
    absentUntil: 'the first sweep that finds a Job',
  },
  event_sinks_jobs_waiting: {
    type: 'gauge',
    help: 'Jobs of a JobSink that have been without a running pod for longer than `controller.jobStartTimeout`.',
    labels: sinkLabels,
    apps: controller,
    absentUntil: 'the first sweep that finds such a Job',
  },
  event_sinks_sweeps_total: {
    type: 'counter',
    help: 'Sweeps over all Jobs of JobSinks, by how they ended.',
    labels: { outcome: '`complete` or `failed`' },
    apps: controller,
    absentUntil: 'the replica leads for the first time',
  },
  event_sinks_sweep_jobs_total: {
    type: 'counter',
    help: 'Jobs whose Secret was asked about, by what came of it.',
    labels: { result: '`stored`, `waiting`, `removed`, `changed` or `unknown`' },
    apps: controller,
    absentUntil: 'a Job is older than the age at which it is swept',
  },
  event_sinks_webhook_review_duration_seconds: {
    type: 'histogram',
    help: 'Time that a request for the admission of a JobSink took, by its verdict.',
    labels: {
      verdict: '`not-asked` where nothing was to be tried, `valid`, `refused`, `undecided` or `trouble`',
    },
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    apps: controller,
    absentUntil: 'the first request',
  },
  event_sinks_webhook_limits_reached_total: {
    type: 'counter',
    help: 'Connections that were closed and requests that were refused because of a limit of the webhook.',
    labels: { limit: '`connections` or `bytes`' },
    apps: controller,
    absentUntil: 'the first one that is closed or refused so',
  },
  event_sinks_webhook_certificate_expiry_timestamp_seconds: {
    type: 'gauge',
    help: 'When the certificate that the webhook serves expires, in seconds since the epoch; 0 before there is one.',
    labels: {},
    apps: controller,
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
