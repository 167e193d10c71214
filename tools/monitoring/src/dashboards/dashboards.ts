import { controllerDashboard } from './controller.ts';
import { jobSinkDashboard } from './job-sink.ts';
import { kafkaSinkDashboard } from './kafka-sink.ts';
import type { DashboardSpec } from './panel.ts';

/** Every dashboard. */
export const dashboards: readonly DashboardSpec[] = [
  jobSinkDashboard,
  kafkaSinkDashboard,
  controllerDashboard,
];

/** Every query of every dashboard, with where it stands. */
export function dashboardQueries(): readonly { readonly where: string; readonly query: string }[] {
  return dashboards.flatMap(({ uid, rows }) =>
    rows.flatMap(({ panels }) =>
      panels.flatMap(({ title, lines }) => lines.map(({ query }) => ({ where: `${uid}: ${title}`, query }))),
    ),
  );
}
