import type { MetricDefinition } from './definition.ts';

const dataPlanes = ['job-sink', 'kafka-sink'] as const;

/** What the HTTP front of both data planes tells. */
export const ingressMetrics = {
  kn_eventing_dispatch_duration_seconds: {
    type: 'histogram',
    help: 'Time from the end of an event’s headers to its answer, for events sent to a sink that exists.',
    labels: {
      kn_sink_name: 'name of the sink',
      kn_sink_namespace: 'its namespace',
      kn_sink_kind: '`JobSink` or `KafkaSink`',
      http_response_status_code: 'the answer’s status',
    },
    buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    apps: dataPlanes,
    absentUntil: 'the first event for a sink',
  },
  event_sinks_requests_refused_total: {
    type: 'counter',
    help: 'Requests that were refused; ClientGone had nobody to answer.',
    labels: { reason: 'the value of the `Reason` header' },
    apps: dataPlanes,
    absentUntil: 'the first refusal',
  },
  event_sinks_received_bytes_total: {
    type: 'counter',
    help: 'Bytes of event bodies that were read whole, by what the event was answered with.',
    labels: { http_response_status_code: 'the answer’s status' },
    apps: dataPlanes,
    absentUntil: 'the first event',
  },
  event_sinks_requests_in_flight: {
    type: 'gauge',
    help: 'Events that are being received or stored.',
    labels: {},
    apps: dataPlanes,
  },
  event_sinks_requests_in_flight_limit: {
    type: 'gauge',
    help: 'How many events may be in flight before more are refused as Overloaded.',
    labels: {},
    apps: dataPlanes,
  },
  event_sinks_bytes_in_flight: {
    type: 'gauge',
    help: 'Bytes of events that are being received or stored, headers included.',
    labels: {},
    apps: dataPlanes,
  },
  event_sinks_unparsed_bytes: {
    type: 'gauge',
    help: 'Bytes that have come on connections and belong to no request yet.',
    labels: {},
    apps: dataPlanes,
  },
  event_sinks_connections: {
    type: 'gauge',
    help: 'Connections of senders that are open.',
    labels: {},
    apps: dataPlanes,
  },
  event_sinks_connections_cut_total: {
    type: 'counter',
    help: 'Connections that were closed because of a limit.',
    labels: { limit: '`connections` or `unparsed-bytes`' },
    apps: dataPlanes,
    absentUntil: 'the first connection that is closed so',
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
