import { processRows } from './common.ts';
import type { DashboardSpec } from './panel.ts';
import { quantile } from './promql.ts';

const rate = '$__rate_interval';
const passes = 'event_sinks_reconcile_duration_seconds';
const reviews = 'event_sinks_webhook_review_duration_seconds';

/** Sinks as they stand, the loops that look after them, the sweep and the webhook. */
export const controllerDashboard: DashboardSpec = {
  uid: 'event-sinks-controller',
  title: 'Event sinks / Controller',
  description: 'Which sinks are ready, and how the controller does that keeps them so.',
  rows: [
    {
      title: 'At a glance',
      panels: [
        {
          title: 'Leaders',
          description: 'One, apart from a few seconds when the lead changes hands.',
          unit: 'short',
          asNumber: true,
          lines: [{ query: 'sum(event_sinks_leading) or vector(0)', legend: 'leaders' }],
          bad: { below: 1 },
        },
        {
          title: 'Sinks',
          description: 'Of both kinds.',
          unit: 'short',
          asNumber: true,
          lines: [
            {
              query:
                'count(max by (kn_sink_kind, kn_sink_namespace, kn_sink_name) (event_sinks_sink_ready)) or vector(0)',
              legend: 'sinks',
            },
          ],
        },
        {
          title: 'Not Ready',
          description: 'Sinks whose condition Ready is not True.',
          unit: 'short',
          asNumber: true,
          lines: [
            {
              query:
                'count(max by (kn_sink_kind, kn_sink_namespace, kn_sink_name) (event_sinks_sink_ready) == 0) or vector(0)',
              legend: 'not Ready',
            },
          ],
          bad: { above: 1 },
        },
        {
          title: 'Webhook’s certificate',
          description: 'Time until it expires.',
          unit: 's',
          asNumber: true,
          lines: [
            {
              query: 'min(event_sinks_webhook_certificate_expiry_timestamp_seconds > 0) - time()',
              legend: 'left',
            },
          ],
          bad: { below: 604_800 },
        },
      ],
    },
    {
      title: 'Sinks',
      panels: [
        {
          title: 'Not Ready, by reason',
          description: 'The reason of the condition Ready.',
          unit: 'short',
          lines: [
            {
              query:
                'count by (kn_sink_kind, reason) (max by (kn_sink_kind, kn_sink_namespace, kn_sink_name, reason) (event_sinks_sink_ready) == 0)',
              legend: '{{kn_sink_kind}} {{reason}}',
            },
          ],
        },
        {
          title: 'Passes by outcome',
          description: 'A pass looks at one sink and brings its status up to date.',
          unit: 'reqps',
          lines: [
            {
              query: `sum by (loop, outcome) (rate(${passes}_count[${rate}]))`,
              legend: '{{loop}} {{outcome}}',
            },
            {
              query: `sum by (loop) (rate(event_sinks_reconcile_retries_total[${rate}]))`,
              legend: '{{loop}} put back in line',
            },
          ],
        },
        {
          title: 'Time of a pass',
          description:
            'All but the slowest hundredth are faster. It asks every pod, and for KafkaSinks the brokers.',
          unit: 's',
          lines: [
            {
              query: quantile(0.99, `sum by (le, loop) (rate(${passes}_bucket[${rate}]))`),
              legend: '{{loop}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Queue, sweep and webhook',
      panels: [
        {
          title: 'Work queue',
          description: 'Sinks in line, being worked on, and waiting for their time.',
          unit: 'short',
          lines: [
            {
              query: 'max by (loop, state) (event_sinks_reconcile_queue)',
              legend: '{{loop}} {{state}}',
            },
          ],
        },
        {
          title: 'Sweep',
          description: 'Sweeps by how they ended, and what became of the Jobs that were looked at.',
          unit: 'reqps',
          lines: [
            {
              query: `sum by (outcome) (rate(event_sinks_sweeps_total[${rate}]))`,
              legend: 'sweeps {{outcome}}',
            },
            {
              query: `sum by (result) (rate(event_sinks_sweep_jobs_total[${rate}]))`,
              legend: 'Jobs {{result}}',
            },
          ],
        },
        {
          title: 'Admission of JobSinks',
          description: 'By verdict. undecided and trouble mean that no template could be tried.',
          unit: 'reqps',
          lines: [{ query: `sum by (verdict) (rate(${reviews}_count[${rate}]))`, legend: '{{verdict}}' }],
        },
      ],
    },
    ...processRows('event-sinks-controller'),
  ],
};
