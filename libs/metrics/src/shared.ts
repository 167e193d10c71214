import { apps, type MetricDefinition } from './definition.ts';

/** What every process tells about the API server. */
export const sharedMetrics = {
  event_sinks_watch_age_seconds: {
    type: 'gauge',
    help: 'Time since the last sign of life of a watch on the API server.',
    labels: { resource: 'what is watched' },
    apps,
  },
  event_sinks_api_request_duration_seconds: {
    type: 'histogram',
    help: 'Time that a call of the API server took, for a watch until its headers came.',
    labels: {
      verb: '`get`, `list`, `watch`, `create`, `update`, `patch` or `delete`',
      resource: 'the resource, with its subresource',
      status: '`2xx`, `4xx`, `429`, `5xx`, or `none` where there was no answer',
    },
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    apps,
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
