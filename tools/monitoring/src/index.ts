export { chartTuning, type Alert, type AlertTuning } from './alerts/alert.ts';
export { alertRules, alerts, runbooksPlaceholder, type RuleGroup } from './alerts/rules.ts';
export { dashboardQueries, dashboards } from './dashboards/dashboards.ts';
export { monitoringFiles, type ChartFile } from './files.ts';
export { matchersIn, seriesIn } from './series.ts';
