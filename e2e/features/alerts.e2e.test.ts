import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { alerts, dashboardQueries } from '@event-sinks/monitoring';
import { tryRun } from '@event-sinks/platform';
import { alertCases, type AlertCase } from '../support/alert-cases.ts';
import { quietSamples } from '../support/quiet-samples.ts';

const rulesFile = fileURLToPath(
  new URL('../../charts/event-sinks/files/alerts/event-sinks.yaml', import.meta.url),
);

/** The chart's own rules, tried by Prometheus' tool; it needs no Prometheus that runs. */
describe('by promtool', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'alerts-'));
    writeFileSync(join(folder, 'rules.yaml'), readFileSync(rulesFile));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** Tries each alert with these samples; `expected` are the labels of what has to fire by then. */
  const tryCases = async (
    file: string,
    seriesOf: (each: AlertCase) => AlertCase['series'],
    expectedOf: (each: AlertCase) => readonly AlertCase['labels'][],
  ): Promise<string> => {
    const tests = Object.entries(alertCases).map(([name, each]) => ({
      name,
      interval: '1m',
      input_series: Object.entries(seriesOf(each)).map(([series, values]) => ({ series, values })),
      promql_expr_test: [
        {
          expr: `sum without (alertstate) (ALERTS{alertname="${name}",alertstate="firing"})`,
          eval_time: each.at,
          exp_samples: expectedOf(each).map((labels) => ({
            labels: selector({ alertname: name, severity: severityOf(name), ...labels }),
            value: 1,
          })),
        },
      ],
    }));
    // JSON is YAML too.
    const rules = { rule_files: ['rules.yaml'], evaluation_interval: '1m', tests };
    writeFileSync(join(folder, file), JSON.stringify(rules));
    const { code, stdout, stderr } = await tryRun('promtool', ['test', 'rules', join(folder, file)]);
    return code === 0 ? 'passed' : stdout + stderr;
  };

  test('every alert of the chart has a case', () => {
    expect(Object.keys(alertCases).sort()).toEqual(alerts.map(({ name }) => name).sort());
  });

  test('the rules are sound', async () => {
    const { code, stdout } = await tryRun('promtool', ['check', 'rules', join(folder, 'rules.yaml')]);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`${alerts.length} rules found`)]);
  });

  test('each alert fires with its fault, once, and with the labels by which it is routed', async () => {
    const outcome = await tryCases(
      'faults.yaml',
      ({ series }) => series,
      ({ labels }) => [labels],
    );
    expect(outcome).toBe('passed');
  });

  test('none fires without its fault', async () => {
    const outcome = await tryCases(
      'well.yaml',
      ({ series, well }) => ({ ...series, ...well }),
      () => [],
    );
    expect(outcome).toBe('passed');
  });

  /** Tries these expressions with these samples, ten minutes after the first. */
  const tryExpressions = async (
    file: string,
    samples: ReturnType<typeof quietSamples>,
    expressions: readonly object[],
  ): Promise<string> => {
    const trial = {
      ...{ interval: '1m', input_series: samples },
      promql_expr_test: expressions.map((each) => ({ ...each, eval_time: '10m' })),
    };
    writeFileSync(join(folder, file), JSON.stringify({ evaluation_interval: '1m', tests: [trial] }));
    const { code, stdout, stderr } = await tryRun('promtool', ['test', 'rules', join(folder, file)]);
    return code === 0 ? 'passed' : stdout + stderr;
  };
  const concrete = dashboardQueries().map(({ where, query }) => ({
    where,
    query: query.replaceAll('$__rate_interval', '5m').replaceAll(/\$(namespace|sink)/g, '.*'),
  }));

  test('no query of a dashboard returns NaN without traffic', async () => {
    // NaN is the one value that differs from itself.
    const expressions = concrete.map(({ query }) => ({
      expr: `(${query}) != (${query})`,
      exp_samples: [],
    }));
    expect(await tryExpressions('quiet.yaml', quietSamples(), expressions)).toBe('passed');
  });

  test.each([
    ['without traffic', quietSamples()],
    ['without any sample', []],
  ])('the share of events that are not stored is 0 %s', async (name, samples) => {
    const shares = concrete.filter(({ where }) => where.endsWith(': Events not stored'));
    expect(shares).toHaveLength(2);
    const expressions = shares.map(({ query }) => ({
      expr: query,
      exp_samples: [{ labels: '{}', value: 0 }],
    }));
    expect(await tryExpressions(`${name}.yaml`, samples, expressions)).toBe('passed');
  });
});

function severityOf(name: string): string {
  return alerts.find((alert) => alert.name === name)?.severity ?? '';
}

function selector(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`;
}
