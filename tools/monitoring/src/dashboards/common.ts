import type { PanelSpec, RowSpec } from './panel.ts';
import { quantile, ratio } from './promql.ts';

const rate = '$__rate_interval';
const answers = 'kn_eventing_dispatch_duration_seconds';

/** Picks the chosen sinks of one kind. */
const chosen = (kind: string): string =>
  `kn_sink_kind="${kind}",kn_sink_namespace=~"$namespace",kn_sink_name=~"$sink"`;

/** What both kinds of sink have: events by outcome, latency, bytes and what is refused. */
export function eventRows(kind: 'JobSink' | 'KafkaSink', job: string): readonly RowSpec[] {
  return [
    { title: 'At a glance', panels: glance(kind, job) },
    { title: 'Events', panels: [eventsByOutcome(kind), latency(kind), bySink(kind)] },
    { title: 'Back-pressure', panels: [bytes(job), refusals(job), inFlight(job)] },
  ];
}

function glance(kind: string, job: string): readonly PanelSpec[] {
  const all = chosen(kind);
  const number = { asNumber: true } as const;
  return [
    {
      ...number,
      title: 'Sinks that are not Ready',
      description: 'kubectl get tells which, and why.',
      unit: 'short',
      lines: [
        {
          query: `count(max by (kn_sink_namespace, kn_sink_name) (event_sinks_sink_ready{${all}}) == 0) or vector(0)`,
          legend: 'not Ready',
        },
      ],
      bad: { above: 1 },
    },
    {
      ...number,
      title: 'Events stored',
      description: 'Answered with 202, per second.',
      unit: 'reqps',
      lines: [
        {
          query: `sum(rate(${answers}_count{${all},http_response_status_code="202"}[${rate}])) or vector(0)`,
          legend: 'stored',
        },
      ],
    },
    {
      ...number,
      title: 'Events not stored',
      description: 'The share that was answered with 5xx or 429.',
      unit: 'percentunit',
      lines: [
        {
          query: ratio(
            `sum(rate(${answers}_count{${all},http_response_status_code=~"5..|429"}[${rate}]))`,
            `sum(rate(${answers}_count{${all}}[${rate}]))`,
          ),
          legend: 'not stored',
        },
      ],
      bad: { above: 0.01 },
    },
    {
      ...number,
      title: 'Pods that answer',
      description: 'Pods whose metrics Prometheus can read.',
      unit: 'short',
      lines: [{ query: `sum(up{job="${job}"}) or vector(0)`, legend: 'pods' }],
      bad: { below: 1 },
    },
  ];
}

function eventsByOutcome(kind: string): PanelSpec {
  return {
    title: 'Events by outcome',
    description: '202 is stored. 4xx is the sender’s doing, but 429 and 5xx are for the sink’s owner.',
    unit: 'reqps',
    lines: [
      {
        query: `sum by (http_response_status_code) (rate(${answers}_count{${chosen(kind)}}[${rate}]))`,
        legend: '{{http_response_status_code}}',
      },
    ],
  };
}

function latency(kind: string): PanelSpec {
  const buckets = `sum by (le) (rate(${answers}_bucket{${chosen(kind)},http_response_status_code="202"}[${rate}]))`;
  return {
    title: 'Time until an event is stored',
    description: 'From the end of the headers to the 202.',
    unit: 's',
    lines: [
      { query: quantile(0.5, buckets), legend: 'half of them' },
      { query: quantile(0.99, buckets), legend: 'all but a hundredth' },
    ],
  };
}

function bySink(kind: string): PanelSpec {
  return {
    title: 'Events by sink',
    description: 'The ten busiest.',
    unit: 'reqps',
    lines: [
      {
        query: `topk(10, sum by (kn_sink_namespace, kn_sink_name) (rate(${answers}_count{${chosen(kind)}}[${rate}])))`,
        legend: '{{kn_sink_namespace}}/{{kn_sink_name}}',
      },
    ],
  };
}

function bytes(job: string): PanelSpec {
  return {
    title: 'Bytes by outcome',
    description: 'Bodies that were read whole, by the status that they were answered with. All sinks.',
    unit: 'Bps',
    lines: [
      {
        query: `sum by (http_response_status_code) (rate(event_sinks_received_bytes_total{job="${job}"}[${rate}]))`,
        legend: '{{http_response_status_code}}',
      },
    ],
  };
}

function refusals(job: string): PanelSpec {
  return {
    title: 'Refused, by reason',
    description: 'The words are those of the Reason header. All sinks, and paths that are none.',
    unit: 'reqps',
    lines: [
      {
        query: `sum by (reason) (rate(event_sinks_requests_refused_total{job="${job}"}[${rate}]))`,
        legend: '{{reason}}',
      },
    ],
  };
}

function inFlight(job: string): PanelSpec {
  return {
    title: 'Events in flight',
    description: 'By pod, with the limit at which events are answered with 429.',
    unit: 'short',
    lines: [
      { query: `event_sinks_requests_in_flight{job="${job}"}`, legend: '{{pod}}' },
      { query: `min(event_sinks_requests_in_flight_limit{job="${job}"})`, legend: 'limit of a pod' },
    ],
  };
}

/** What the API server answers to one process, and how the process itself does. */
export function processRows(job: string): readonly RowSpec[] {
  const calls = `event_sinks_api_request_duration_seconds`;
  const of = `job="${job}"`;
  return [
    {
      title: 'API server',
      panels: [
        {
          title: 'Time of a call',
          description: 'All but the slowest hundredth are faster.',
          unit: 's',
          lines: [
            {
              query: quantile(
                0.99,
                `sum by (le, verb, resource) (rate(${calls}_bucket{${of},verb!="watch"}[${rate}]))`,
              ),
              legend: '{{verb}} {{resource}}',
            },
          ],
        },
        {
          title: 'Calls by answer',
          description: 'A 4xx is often no failure: 409 says that an event is there already.',
          unit: 'reqps',
          lines: [
            {
              query: `sum by (verb, resource, status) (rate(${calls}_count{${of}}[${rate}]))`,
              legend: '{{verb}} {{resource}} {{status}}',
            },
          ],
        },
        {
          title: 'Age of the watches',
          description: 'Time since anything was heard. Below two minutes all is well.',
          unit: 's',
          lines: [
            {
              query: `max by (pod, resource) (event_sinks_watch_age_seconds{${of}})`,
              legend: '{{pod}} {{resource}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        {
          title: 'CPU',
          description: 'Cores. One process uses little more than one.',
          unit: 'short',
          lines: [{ query: `rate(process_cpu_seconds_total{${of}}[${rate}])`, legend: '{{pod}}' }],
        },
        {
          title: 'Memory',
          description: 'Resident, as the kernel counts it.',
          unit: 'bytes',
          lines: [{ query: `process_resident_memory_bytes{${of}}`, legend: '{{pod}}' }],
        },
        {
          title: 'Lag of the event loop',
          description: 'How late a timer was, for the slowest hundredth.',
          unit: 's',
          lines: [{ query: `nodejs_eventloop_lag_p99_seconds{${of}}`, legend: '{{pod}}' }],
        },
      ],
    },
  ];
}
