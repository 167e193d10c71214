/** One measured case; every row of a bench has the same fields. */
export type Row = Readonly<Record<string, string | number>>;

/** Rows as a Markdown table, fit for the documentation. */
export function table(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  const line = (cells: readonly unknown[]): string => `| ${cells.join(' | ')} |`;
  const body = rows.map((row) => line(names.map((name) => shown(row[name]))));
  return [line(names), line(names.map(() => '---')), ...body].join('\n');
}

function shown(value: string | number | undefined): string {
  if (typeof value !== 'number') return value ?? '';
  return Number.isInteger(value) || value >= 100 ? String(Math.round(value)) : value.toFixed(2);
}
