/** What every scenario of every suite tells. */
export interface ScenarioBase {
  readonly scenario: string;
  /** What else went wrong, in words. */
  readonly problems: readonly string[];
  /** Figures of this scenario alone. */
  readonly details: Readonly<Record<string, number | string>>;
  readonly seconds: number;
}

/** A scenario before it has a name and a time. */
export type Unnamed<S extends ScenarioBase> = Omit<S, 'scenario' | 'seconds'>;

/** Adds the named figures up. */
export function totals<K extends string>(
  names: readonly K[],
  reports: readonly Readonly<Record<K, number>>[],
): Readonly<Record<K, number>> {
  const total = (name: K): number => reports.reduce((sum, report) => sum + report[name], 0);
  return Object.fromEntries(names.map((name) => [name, total(name)])) as Record<K, number>;
}

/** Whether one of the named figures is not 0, or a scenario names a problem. */
export function isBroken<K extends string>(
  mustBeZero: readonly K[],
  report: Readonly<Record<K, number>> & { readonly scenarios: readonly ScenarioBase[] },
): boolean {
  return (
    mustBeZero.some((name) => report[name] > 0) ||
    report.scenarios.some(({ problems }) => problems.length > 0)
  );
}

/** For people: a line for each scenario and one for all, each scenario's own figures and problems below. */
export function toText<K extends string>(
  figures: readonly K[],
  report: Readonly<Record<K, number>> & {
    readonly scenarios: readonly (ScenarioBase & Readonly<Record<K, number>>)[];
  },
): string {
  const names = ['scenario', ...figures, 'seconds'] as const;
  const width = (index: number): number => (index === 0 ? 14 : (names[index]?.length ?? 0));
  const line = (cells: readonly (string | number)[]): string =>
    cells.map((cell, index) => String(cell).padEnd(width(index))).join('  ');
  const { seconds } = totals(['seconds'], report.scenarios);
  const rows = [...report.scenarios, { ...report, scenario: 'total', seconds }];
  const notes = report.scenarios.flatMap(({ scenario, details, problems }) => [
    `${scenario}: ${Object.entries(details)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    ...problems.map((problem) => `  PROBLEM ${problem}`),
  ]);
  return [line(names), ...rows.map((row) => line(names.map((name) => row[name]))), '', ...notes].join('\n');
}
