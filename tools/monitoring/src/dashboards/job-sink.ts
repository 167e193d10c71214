import { eventRows, processRows } from './common.ts';
import type { DashboardSpec } from './panel.ts';

const job = 'event-sinks-job-sink';
const chosenJobs = 'kn_sink_namespace=~"$namespace",kn_sink_name=~"$sink"';
const existing = `max by (kn_sink_namespace, kn_sink_name, outcome) (event_sinks_jobs{${chosenJobs}})`;

/** Events, what becomes of their Jobs, and the API server that both depend on. */
export const jobSinkDashboard: DashboardSpec = {
  uid: 'event-sinks-job-sink',
  title: 'Event sinks / JobSink',
  description: 'Events that become Jobs: how many, how fast, what keeps them from it, and how the Jobs end.',
  kind: 'JobSink',
  rows: [
    ...eventRows('JobSink', job),
    {
      title: 'Jobs',
      panels: [
        {
          title: 'Jobs by how they stand',
          description:
            'Jobs that exist, as the controller’s last sweep found them. Those that were removed, by ' +
            'ttlSecondsAfterFinished for example, are not in it.',
          unit: 'short',
          lines: [{ query: `sum by (outcome) (${existing})`, legend: '{{outcome}}' }],
        },
        {
          title: 'Failed Jobs by sink',
          description: 'The ten JobSinks with the most.',
          unit: 'short',
          lines: [
            {
              query: `topk(10, max by (kn_sink_namespace, kn_sink_name) (event_sinks_jobs{${chosenJobs},outcome="failed"}))`,
              legend: '{{kn_sink_namespace}}/{{kn_sink_name}}',
            },
          ],
        },
        {
          title: 'Questions about runs',
          description: 'GET on the location of a run, by what was found.',
          unit: 'reqps',
          lines: [
            {
              query: 'sum by (outcome) (rate(event_sinks_run_status_requests_total[$__rate_interval]))',
              legend: '{{outcome}}',
            },
          ],
        },
      ],
    },
    ...processRows(job),
  ],
};
