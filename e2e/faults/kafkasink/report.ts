/** What one scenario found. */
export interface ScenarioReport {
  readonly scenario: string;
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
  /** What else went wrong, in words. */
  readonly problems: readonly string[];
  readonly details: Readonly<Record<string, number | string>>;
  readonly seconds: number;
}

const sums = [
  'faults',
  'events',
  'ackedButLost',
  'duplicates',
  'inversions',
  'refusedWithoutReason',
] as const;

/** The figures of a whole run, and those of its scenarios. */
export type KafkaFaultReport = Readonly<Record<(typeof sums)[number], number>> & {
  readonly slowestAnswerMs: number;
  readonly scenarios: readonly ScenarioReport[];
};

/** Adds the scenarios up. */
export function summarize(scenarios: readonly ScenarioReport[]): KafkaFaultReport {
  const total = (name: (typeof sums)[number]): number =>
    scenarios.reduce((sum, scenario) => sum + scenario[name], 0);
  const totals = Object.fromEntries(sums.map((name) => [name, total(name)])) as Record<
    (typeof sums)[number],
    number
  >;
  const slowestAnswerMs = Math.max(0, ...scenarios.map((scenario) => scenario.slowestAnswerMs));
  return { ...totals, slowestAnswerMs, scenarios };
}

/** Whether a promise was broken. */
export function isBroken(report: KafkaFaultReport): boolean {
  const { ackedButLost, duplicates, inversions, refusedWithoutReason, scenarios } = report;
  const broken = ackedButLost + duplicates + inversions + refusedWithoutReason > 0;
  return broken || scenarios.some(({ problems }) => problems.length > 0);
}

/** For people: a line for each scenario, its own figures and problems below. */
export function toText(report: KafkaFaultReport): string {
  const names = ['scenario', ...sums, 'slowestAnswerMs', 'seconds'] as const;
  const widths = names.map((name, index) => (index === 0 ? 16 : name.length));
  const line = (cells: readonly (string | number)[]): string =>
    cells.map((cell, index) => String(cell).padEnd(widths[index] ?? 0)).join('  ');
  const seconds = report.scenarios.reduce((sum, scenario) => sum + scenario.seconds, 0);
  const rows = [...report.scenarios, { ...report, scenario: 'total', seconds }];
  const notes = report.scenarios.flatMap(({ scenario, details, problems }) => [
    `${scenario}: ${Object.entries(details)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    ...problems.map((problem) => `  PROBLEM ${problem}`),
  ]);
  return [line(names), ...rows.map((row) => line(names.map((name) => row[name]))), '', ...notes].join('\n');
}
