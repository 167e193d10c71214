import type { Alert, AlertTuning } from './alert.ts';
import { apiServerAlerts } from './api-server.ts';
import { eventAlerts } from './events.ts';
import { jobAlerts } from './jobs.ts';
import { kafkaAlerts } from './kafka.ts';
import { sinkAlerts } from './sinks.ts';

/** Stands in the rules for the address of the runbooks, which the chart knows. */
export const runbooksPlaceholder = 'RUNBOOKS_URL';

/** A group of rules as Prometheus reads it. */
export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly {
    readonly alert: string;
    readonly expr: string;
    readonly for: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

const groups: Readonly<Record<string, readonly Alert[]>> = {
  'event-sinks.events': eventAlerts,
  'event-sinks.sinks': sinkAlerts,
  'event-sinks.api-server': apiServerAlerts,
  'event-sinks.jobs': jobAlerts,
  'event-sinks.kafka': kafkaAlerts,
};

/** Every alert. */
export const alerts: readonly Alert[] = Object.values(groups).flat();

/** The alerts as Prometheus' rule groups. */
export function alertRules(tuning: AlertTuning): readonly RuleGroup[] {
  return Object.entries(groups).map(([name, members]) => ({
    name,
    rules: members.map(({ name: alert, severity, query, pending, summary, description }) => ({
      alert,
      expr: query(tuning),
      for: tuning.pending ?? pending,
      labels: { severity },
      annotations: { summary, description, runbook_url: `${runbooksPlaceholder}/${alert}.md` },
    })),
  }));
}
