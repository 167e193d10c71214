import * as reports from '../report.ts';

/** What one scenario found. */
export interface ScenarioReport extends reports.ScenarioBase {
  /** Faults that were injected. */
  readonly faults: number;
  readonly events: number;
  readonly ackedButLost: number;
  readonly jobsWithoutSecret: number;
  readonly eventsWithTwoJobs: number;
  /** Broken connections where none is allowed. */
  readonly resets: number;
  /** Answers other than 2xx where none is allowed. */
  readonly non2xx: number;
  /** Answers of 500 anywhere, and of 5xx where nothing but the input was wrong. */
  readonly serverErrors: number;
}

const mustBeZero = [
  'ackedButLost',
  'jobsWithoutSecret',
  'eventsWithTwoJobs',
  'resets',
  'non2xx',
  'serverErrors',
] as const;
const sums = ['faults', 'events', ...mustBeZero] as const;

/** The figures of a whole run, and those of its scenarios. */
export type FaultReport = Readonly<Record<(typeof sums)[number], number>> & {
  readonly scenarios: readonly ScenarioReport[];
};

/** Adds the scenarios up. */
export function summarize(scenarios: readonly ScenarioReport[]): FaultReport {
  return { ...reports.totals(sums, scenarios), scenarios };
}

/** Whether a promise was broken. */
export const isBroken = (report: FaultReport): boolean => reports.isBroken(mustBeZero, report);

/** For people. */
export const toText = (report: FaultReport): string => reports.toText(sums, report);
