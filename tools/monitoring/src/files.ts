import { stringify } from 'yaml';
import { chartTuning } from './alerts/alert.ts';
import { alertRules } from './alerts/rules.ts';
import { buildDashboard } from './dashboards/build.ts';
import { dashboards } from './dashboards/dashboards.ts';

/** A file of the chart, from the root of the repository. */
export interface ChartFile {
  readonly path: string;
  readonly text: string;
}

const files = 'charts/event-sinks/files';

/** Dashboards and alerts as the chart ships them. */
export function monitoringFiles(notice: string): readonly ChartFile[] {
  return [
    {
      path: `${files}/alerts/event-sinks.yaml`,
      text: notice + stringify({ groups: alertRules(chartTuning) }, { lineWidth: 0 }),
    },
    ...dashboards.map((spec) => ({
      path: `${files}/dashboards/${spec.uid}.json`,
      text: JSON.stringify(buildDashboard(spec), undefined, 2),
    })),
  ];
}
