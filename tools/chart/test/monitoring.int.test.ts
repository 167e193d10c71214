import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { chartFolder, render, type Rendered } from './support/chart.ts';

type Objects = ReadonlyMap<string, Rendered>;

const everything = {
  'monitoring.podMonitor.enabled': true,
  'monitoring.serviceMonitor.enabled': true,
  'monitoring.prometheusRule.enabled': true,
  'monitoring.dashboards.enabled': true,
};

interface Rule {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

function rulesOf(objects: Objects): Rule[] {
  const groups = objects.get('PrometheusRule/event-sinks')?.spec.groups as { rules: Rule[] }[];
  return groups.flatMap(({ rules }) => rules);
}

const isOfMonitoring = (name: string): boolean => /Monitor|PrometheusRule|dashboard|metrics/.test(name);

test('nothing of monitoring is there unless it is asked for', async () => {
  const objects = await render({});
  expect([...objects.keys()].filter(isOfMonitoring)).toEqual([]);
});

describe('with all of monitoring', () => {
  let objects: Objects;
  beforeAll(async () => {
    objects = await render({ ...everything, 'monitoring.prometheusRule.alertLabels.team': 'events' });
  });

  test('there are both monitors, the Service behind one of them, the rules and a ConfigMap per dashboard', () => {
    expect([...objects.keys()].filter(isOfMonitoring).sort()).toEqual([
      'ConfigMap/event-sinks-controller-dashboard',
      'ConfigMap/event-sinks-job-sink-dashboard',
      'ConfigMap/event-sinks-kafka-sink-dashboard',
      'PodMonitor/event-sinks',
      'PrometheusRule/event-sinks',
      'Service/event-sinks-metrics',
      'ServiceMonitor/event-sinks',
    ]);
  });

  test('both monitors pick every pod, by its labels and the name of its port', () => {
    const selected = objects.get('PodMonitor/event-sinks')?.spec.selector.matchLabels as object;
    expect(objects.get('Service/event-sinks-metrics')?.spec.selector).toEqual(selected);
    const deployments = [...objects].filter(([name]) => name.startsWith('Deployment/'));
    expect(deployments).toHaveLength(3);
    for (const [, { spec }] of deployments) {
      expect(spec.template.metadata.labels).toMatchObject(selected);
      expect(JSON.stringify(spec.template.spec.containers[0].ports)).toContain('"http-metrics"');
    }
  });

  test('a dashboard has the label of Grafana’s sidecar and is JSON', () => {
    const map = objects.get('ConfigMap/event-sinks-job-sink-dashboard');
    expect(map?.metadata.labels).toMatchObject({ grafana_dashboard: '1' });
    const board = (map?.data as Record<string, string>)['event-sinks-job-sink.json'] ?? '';
    expect(JSON.parse(board)).toMatchObject({ uid: 'event-sinks-job-sink' });
  });

  test('an alert has its severity, further labels, and the address of its runbook', () => {
    const rules = rulesOf(objects);
    const pages = readdirSync(`${chartFolder}/../../docs/runbooks`);
    for (const { alert, labels, annotations } of rules) {
      expect(labels).toEqual({ severity: expect.stringMatching(/^(critical|warning)$/), team: 'events' });
      const [, page = ''] =
        /^https:\/\/.*\/docs\/runbooks\/(.*)$/.exec(annotations['runbook_url'] ?? '') ?? [];
      expect(page).toBe(`${alert}.md`);
      expect(pages).toContain(page);
    }
    expect(rules.map(({ alert }) => alert)).toContain('EventSinkNoLeader');
    // Prometheus' templates are not Helm's.
    expect(JSON.stringify(rules)).toContain('{{ $value | humanizePercentage }}');
  });
});

test('what is not installed has no dashboard, and no alert that it is not there', async () => {
  const objects = await render({ ...everything, 'kafkaSink.enabled': false, 'controller.enabled': false });
  const boards = [...objects.keys()].filter((name) => name.endsWith('-dashboard'));
  expect(boards).toEqual(['ConfigMap/event-sinks-job-sink-dashboard']);
  expect(rulesOf(objects).map(({ alert }) => alert)).not.toContain('EventSinkNoLeader');
});
