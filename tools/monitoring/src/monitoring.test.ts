import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { catalogue, knownSeries, type MetricDefinition } from '@event-sinks/metrics';
import { parse } from 'yaml';
import {
  alertRules,
  alerts,
  chartTuning,
  dashboardQueries,
  matchersIn,
  monitoringFiles,
  seriesIn,
} from './index.ts';

const runbooks = fileURLToPath(new URL('../../../docs/runbooks', import.meta.url));
const known = knownSeries();
/** Labels that Prometheus adds when it reads a pod, or that a histogram has. */
const addedLabels = ['job', 'namespace', 'pod', 'instance', 'le'];

const rules = alertRules(chartTuning).flatMap((group) => group.rules);
const queries = [
  ...dashboardQueries(),
  ...rules.map(({ alert, expr }) => ({ where: alert, query: expr })),
  ...readdirSync(runbooks).flatMap((file) => queriesOf(file)),
];

/** The PromQL of a runbook: its code blocks of that language. */
function queriesOf(file: string): { where: string; query: string }[] {
  const text = readFileSync(`${runbooks}/${file}`, 'utf8');
  const blocks = [...text.matchAll(/```promql\n([^]*?)```/g)];
  return blocks.map(([, query = '']) => ({ where: file, query: query.trim() }));
}

describe.each(queries)('the query of $where: $query', ({ query }) => {
  test('asks for series and labels that are in the catalogue', () => {
    const series = seriesIn(query);
    expect(series).not.toEqual([]);
    expect(series.filter((name) => !known.has(name))).toEqual([]);
    for (const matcher of matchersIn(query)) expect(labelsOf(matcher.series)).toContain(matcher.label);
  });
});

function labelsOf(series: string): readonly string[] {
  const metrics = catalogue as Readonly<Record<string, MetricDefinition>>;
  const metric = metrics[series] ?? metrics[series.replace(/_(bucket|sum|count)$/, '')];
  return [...addedLabels, ...Object.keys(metric?.labels ?? {})];
}

test('a runbook names no metric that is not there', () => {
  for (const file of readdirSync(runbooks)) {
    const text = readFileSync(`${runbooks}/${file}`, 'utf8');
    const names = text.match(/\b(event_sinks|kn_eventing)_\w+/g) ?? [];
    const metrics = [...known, ...Object.keys(catalogue)];
    expect([file, names.filter((name) => !metrics.includes(name))]).toEqual([file, []]);
  }
});

describe('an alert', () => {
  test.each(rules.map((rule) => [rule.alert, rule] as const))('%s is complete', (alert, rule) => {
    expect(rule.labels['severity']).toMatch(/^(critical|warning)$/);
    expect(rule.annotations['summary']).toMatch(/\S/);
    expect(rule.annotations['description']).toMatch(/\.$/);
    expect(rule.annotations['runbook_url']).toBe(`RUNBOOKS_URL/${alert}.md`);
    expect(existsSync(`${runbooks}/${alert}.md`)).toBe(true);
  });

  test('has a name of its own, and every runbook an alert', () => {
    const names = alerts.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const pages = readdirSync(runbooks).filter((file) => file !== 'README.md');
    expect(pages.map((file) => file.replace(/\.md$/, '')).sort()).toEqual([...names].sort());
  });

  test('can be tuned as a whole', () => {
    const tuned = alertRules({ window: '20s', pending: '0s' }).flatMap((group) => group.rules);
    expect(new Set(tuned.map((rule) => rule.for))).toEqual(new Set(['0s']));
    expect(JSON.stringify(tuned)).not.toContain('[5m]');
  });
});

describe('the chart’s files', () => {
  const files = monitoringFiles('# Made.\n');

  test('are YAML and JSON that say what the code says', () => {
    const [rulesFile, ...boards] = files;
    expect(parse(rulesFile?.text ?? '')).toEqual({ groups: alertRules(chartTuning) });
    expect(boards.map(({ text }) => (JSON.parse(text) as { uid: string }).uid)).toEqual([
      'event-sinks-job-sink',
      'event-sinks-kafka-sink',
      'event-sinks-controller',
    ]);
  });

  test('have panels that do not overlap, with a query each', () => {
    for (const { text } of files.slice(1)) {
      const { panels } = JSON.parse(text) as {
        panels: {
          type: string;
          title: string;
          gridPos: { x: number; y: number; w: number };
          targets?: unknown[];
        }[];
      };
      const places = panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
      expect(new Set(places).size).toBe(places.length);
      for (const { type, gridPos, targets } of panels) {
        expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
        if (type !== 'row') expect(targets?.length).toBeGreaterThan(0);
      }
    }
  });
});
