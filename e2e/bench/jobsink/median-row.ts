import type { Row } from '../table.ts';

/** One row of several runs of the same case: each figure is the median of its own; names stay as they are. */
export function medianRow(runs: readonly Row[]): Row {
  const [first] = runs;
  if (first === undefined) throw new Error('no run to take the median of');
  const median = (name: string): string | number => {
    const values = runs.map((run) => run[name]).filter((value) => typeof value === 'number');
    const middle = values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
    return middle ?? first[name] ?? '';
  };
  return Object.fromEntries(Object.keys(first).map((name) => [name, median(name)]));
}
