/** What one scenario found. */
export interface ScenarioReport {
  readonly scenario: string;
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
  /** What else went wrong, in words. */
  readonly problems: readonly string[];
  /** Figures of this scenario alone. */
  readonly details: Readonly<Record<string, number | string>>;
  readonly seconds: number;
}

const sums = [
  'faults',
  'events',
  'ackedButLost',
  'jobsWithoutSecret',
  'eventsWithTwoJobs',
  'resets',
  'non2xx',
  'serverErrors',
] as const;

/** The figures of a whole run, and those of its scenarios. */
export type FaultReport = Readonly<Record<(typeof sums)[number], number>> & {
  readonly scenarios: readonly ScenarioReport[];
};

/** Adds the scenarios up. */
export function summarize(scenarios: readonly ScenarioReport[]): FaultReport {
  const total = (name: (typeof sums)[number]): number =>
    scenarios.reduce((sum, scenario) => sum + scenario[name], 0);
  const totals = Object.fromEntries(sums.map((name) => [name, total(name)])) as Record<
    (typeof sums)[number],
    number
  >;
  return { ...totals, scenarios };
}

/** Whether a promise was broken. */
export function isBroken({ faults: _faults, events: _events, scenarios, ...bad }: FaultReport): boolean {
  return (
    Object.values(bad).some((count) => count > 0) || scenarios.some(({ problems }) => problems.length > 0)
  );
}

/** For people: a line for each scenario, its own figures and problems below. */
export function toText(report: FaultReport): string {
  const names = ['scenario', ...sums, 'seconds'] as const;
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, index) => String(cell).padEnd(index === 0 ? 14 : (names[index]?.length ?? 0)))
      .join('  ');
  const total = {
    ...report,
    scenario: 'total',
    seconds: report.scenarios.reduce((sum, s) => sum + s.seconds, 0),
  };
  const rows = [...report.scenarios, total].map((row) => line(names.map((name) => row[name])));
  const notes = report.scenarios.flatMap(({ scenario, details, problems }) => [
    `${scenario}: ${Object.entries(details)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    ...problems.map((problem) => `  PROBLEM ${problem}`),
  ]);
  return [line(names), ...rows, '', ...notes].join('\n');
}
