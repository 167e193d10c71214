import * as reports from '../report.ts';

/** What one scenario found. */
export interface ScenarioReport extends reports.ScenarioBase {
  readonly faults: number;
  readonly events: number;
  readonly ackedButLost: number;
  /** Records beyond the attempts that the sender made. */
  readonly duplicates: number;
  /** Events of a key behind a later one of it. */
  readonly inversions: number;
  /** Answers other than 202 without a `Reason`. */
  readonly refusedWithoutReason: number;
  readonly slowestAnswerMs: number;
}

/** What a scenario hands over. */
export type Report = reports.Unnamed<ScenarioReport>;

const mustBeZero = ['ackedButLost', 'duplicates', 'inversions', 'refusedWithoutReason'] as const;
const sums = ['faults', 'events', ...mustBeZero] as const;

/** The figures of several reports together. */
export type KafkaFigures = Readonly<Record<(typeof sums)[number] | 'slowestAnswerMs', number>>;

/** The figures of a whole run, and those of its scenarios. */
export type KafkaFaultReport = KafkaFigures & { readonly scenarios: readonly ScenarioReport[] };

/** Adds figures up; of the slowest answers it is the slowest. */
export function together(parts: readonly KafkaFigures[]): KafkaFigures {
  const slowestAnswerMs = Math.max(0, ...parts.map((part) => part.slowestAnswerMs));
  return { ...reports.totals(sums, parts), slowestAnswerMs };
}

/** Adds the scenarios up. */
export function summarize(scenarios: readonly ScenarioReport[]): KafkaFaultReport {
  return { ...together(scenarios), scenarios };
}

/** Whether a promise was broken. */
export const isBroken = (report: KafkaFaultReport): boolean => reports.isBroken(mustBeZero, report);

/** For people. */
export const toText = (report: KafkaFaultReport): string =>
  reports.toText([...sums, 'slowestAnswerMs'], report);
