import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { definitionOf, catalogue, type MetricName } from '@event-sinks/metrics';
import { alertRules, dashboardQueries, seriesIn } from '@event-sinks/monitoring';
import { systemNamespace } from '@event-sinks/platform';
import { eventually } from '@event-sinks/testing';
import {
  deadCluster,
  exhaustQuota,
  makeMonitoredSinks,
  useMonitoredSinks,
} from '../support/monitored-sinks.ts';
import { openPrometheus, type Labels, type TestPrometheus } from '../support/prometheus.ts';
import { openTestCluster, type TestCluster } from '../support/test-cluster.ts';

/** Series that no healthy cluster has within the time of a test, each with what it would take. */
const needsMore: Readonly<Partial<Record<MetricName, string>>> = {
  event_sinks_reconcile_retries_total: 'a pass that fails, which takes an API server that refuses a status',
  event_sinks_connections_cut_total: 'more connections, or more bytes that wait, than are allowed',
  event_sinks_jobs_waiting: 'a Job that has had no running pod for longer than controller.jobStartTimeout',
  event_sinks_webhook_limits_reached_total: 'more connections or bytes at the webhook than are allowed',
  event_sinks_sweep_jobs_total: 'a Job without its Secret, or any Job, that is older than ten minutes',
};

const tuning = { window: '20s', pending: '1s' };
const waiting = { timeoutMs: 60_000 };
/** Longer than the whole file takes. */
const seconds = 300;

describe('with Prometheus reading the installed pods', () => {
  let target: TestCluster;
  let prometheus: TestPrometheus;
  const inSystem = ['-n', systemNamespace];
  const controller = 'deployment/event-sinks-controller';
  const scaleController = async (replicas: number): Promise<void> => {
    await target.kubectl([...inSystem, 'scale', controller, `--replicas=${replicas}`]);
  };

  beforeAll(async () => {
    target = await openTestCluster();
    prometheus = openPrometheus(target.cluster);
    await prometheus.tune(tuning);
    await makeMonitoredSinks(target);
  });
  afterAll(async () => {
    await scaleController(1);
    await target.kubectl([...inSystem, 'rollout', 'status', controller, '--timeout=60s']);
    await prometheus.close();
    await target.close();
  });

  const fires = (alert: string, labels: Labels = {}) =>
    eventually(async () => {
      expect(await prometheus.firing()).toContainEqual(
        expect.objectContaining({ alertname: alert, ...labels }),
      );
    }, waiting);

  test('alerts fire for a cluster that is gone, and for the sink that needs it alone', async () => {
    await useMonitoredSinks(target);
    const dead = { kn_sink_kind: 'KafkaSink', kn_sink_namespace: target.namespace, kn_sink_name: 'dead' };
    await Promise.all([
      fires('EventSinkEventsFailing', { ...dead, severity: 'critical' }),
      fires('KafkaSinkClusterFailing', { cluster: deadCluster }),
      // It was never ready, so that nobody has its address.
      fires('EventSinkNeverReady', { ...dead, severity: 'warning' }),
    ]);
    const named = (await prometheus.firing()).filter(
      (labels) => labels['kn_sink_namespace'] === target.namespace,
    );
    expect(named.filter((labels) => labels['kn_sink_name'] === 'good')).toEqual([]);
  });

  test('alerts fire while no controller leads, and when a quota holds events back', async () => {
    await scaleController(0);
    await Promise.all([fires('EventSinkNoLeader'), exhaustQuota(target)]);
    await fires('EventSinkBackPressure', { job: 'event-sinks-job-sink', reason: 'QuotaExhausted' });
    await scaleController(1);
    // The new leader sweeps at once, and so learns how the Jobs stand.
    const jobs = `event_sinks_jobs{kn_sink_namespace="${target.namespace}"}`;
    await eventually(async () => {
      expect(await prometheus.query(jobs)).toHaveLength(2);
      expect(await prometheus.query('event_sinks_leading == 1')).toHaveLength(1);
    }, waiting);
  });

  test.each(Object.keys(catalogue) as MetricName[])(
    '%s is told by every process that has it',
    async (name) => {
      const { type, apps, labels } = definitionOf(name);
      const series = type === 'histogram' ? `${name}_count` : name;
      const found = await prometheus.query(`last_over_time(${series}[${seconds}s])`);
      const jobs = needsMore[name] === undefined ? apps.map((app) => `event-sinks-${app}`) : [];
      expect([...new Set(found.map((each) => each['job']))].sort()).toEqual(
        expect.arrayContaining([...jobs]),
      );
      const added = ['job', 'instance', 'pod', 'namespace'];
      for (const each of found) {
        expect([...Object.keys(labels), ...added]).toEqual(
          expect.arrayContaining(Object.keys(each).filter((label) => label !== '__name__')),
        );
      }
    },
  );

  test('nothing is told that is not in the catalogue', async () => {
    const names = await prometheus.query(
      `group by (__name__) (last_over_time({__name__=~"event_sinks_.+|kn_.+"}[${seconds}s]))`,
    );
    const known = Object.keys(catalogue);
    const strip = (name = ''): string => name.replace(/_(bucket|sum|count)$/, '');
    expect(names.map((labels) => strip(labels['__name__'])).filter((name) => !known.includes(name))).toEqual(
      [],
    );
  });

  test.each(dashboardQueries())('a dashboard’s query has data: $where, $query', async ({ query }) => {
    const concrete = query.replaceAll('$__rate_interval', '20s').replaceAll(/\$(namespace|sink)/g, '.*');
    const found = await prometheus.queryLast(concrete, seconds);
    const isFaultFree = seriesIn(query).every((series) => !(series in needsMore));
    if (isFaultFree) expect(found).toBeGreaterThan(0);
  });

  test.each(alertRules(tuning).flatMap((group) => group.rules))(
    'the query of $alert evaluates',
    async ({ expr }) => {
      expect(Array.isArray(await prometheus.query(expr))).toBe(true);
    },
  );

  test('the queries of every runbook evaluate', async () => {
    const folder = fileURLToPath(new URL('../../docs/runbooks', import.meta.url));
    const texts = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, 'utf8'));
    const queries = texts.flatMap((text) =>
      [...text.matchAll(/```promql\n([^]*?)```/g)].map(([, query = '']) => query),
    );
    expect(queries.length).toBeGreaterThan(20);
    for (const query of queries) await prometheus.query(query);
  });
});
