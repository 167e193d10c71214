import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsByComponent, type ComponentKey } from '../src/index.ts';
import type { z } from 'zod';
import { chartFolder, helm, render } from './support/chart.ts';

/** What the chart decides itself, or leaves to a process outside of a cluster. */
const notValues: Readonly<Record<ComponentKey, readonly string[]>> = {
  controller: [
    'METRICS_PORT',
    'KUBECONFIG',
    'KAFKA_DENIED_SERVICES',
    'KUBERNETES_SERVICE_HOST',
    'SYSTEM_NAMESPACE',
    'JOB_SINK_SERVICE',
    'KAFKA_SINK_SERVICE',
    'POD_NAME',
    'LEASE_NAME',
    'JOB_SINK_ENABLED',
    'KAFKA_SINK_ENABLED',
    'SWEEP_ENABLED',
    'SECRET_READER_ROLE',
    'CONTROLLER_ROLE',
    'CONTROLLER_SERVICE_ACCOUNT',
    'KAFKA_SINK_SERVICE_ACCOUNT',
    'WEBHOOK_ENABLED',
    'WEBHOOK_PORT',
    'WEBHOOK_SERVICE',
    'WEBHOOK_CONFIGURATION',
    'WEBHOOK_CERTIFICATE_SECRET',
    'WEBHOOK_CERTIFICATE_SUPPLIED',
  ],
  jobSink: ['PORT', 'METRICS_PORT', 'KUBECONFIG'],
  kafkaSink: ['PORT', 'METRICS_PORT', 'KUBECONFIG', 'KAFKA_DENIED_SERVICES', 'KUBERNETES_SERVICE_HOST'],
};

const deploymentOf = {
  controller: 'event-sinks-controller',
  jobSink: 'job-sink',
  kafkaSink: 'kafka-sink-ingress',
} as const;

const appOf = { controller: 'controller', jobSink: 'job-sink', kafkaSink: 'kafka-sink' } as const;

/** The app's own schema of its environment. By a path, since a tool depends on no app. */
async function appSchema(key: ComponentKey): Promise<z.ZodObject> {
  const module: unknown = await import(`../../../apps/${appOf[key]}/src/config.ts`);
  return (module as { configSchema: z.ZodObject }).configSchema;
}

describe.each(['controller', 'jobSink', 'kafkaSink'] as const)('the values of %s', (key) => {
  test('reach every variable of its app', async () => {
    const { shape } = await appSchema(key);
    const reached = settingsByComponent()[key].map(({ env }) => env);
    const missing = Object.keys(shape).filter((name) => !reached.includes(name));
    expect(missing.filter((name) => !notValues[key].includes(name))).toEqual([]);
    expect(reached.filter((name) => !(name in shape))).toEqual([]);
  });

  test('say what the app would do without them', async () => {
    const schema = await appSchema(key);
    const objects = await render();
    const [container] = objects.get(`Deployment/${deploymentOf[key]}`)?.spec.template.spec.containers ?? [];
    const given = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
    const meant: Record<string, unknown> = { ...schema.parse({}) };
    const got: Record<string, unknown> = schema.parse(given);
    for (const name of ['WEBHOOK_ENABLED', 'POD_NAME', 'KAFKA_DENIED_SERVICES']) {
      meant[name] = got[name];
    }
    expect(got).toEqual(meant);
  });
});

describe('a wrong value is refused with its path', () => {
  test.each([
    ['controler.enabled=true', "'controler' not allowed"],
    ['jobSink.maxEventByte=1', "'maxEventByte' not allowed"],
    ['jobSink.maxEventBytes=2000000', '/jobSink/maxEventBytes'],
    ['jobSink.drainDelay=5', '/jobSink/drainDelay'],
    ['kafkaSink.logLevel=loud', '/kafkaSink/logLevel'],
    ['controller.replicas=two', '/controller/replicas'],
    ['controller.sweep.age=soon', '/controller/sweep/age'],
    ['webhook.failurePolicy=Perhaps', '/webhook/failurePolicy'],
    ['jobSink.image.digest=latest', '/jobSink/image/digest'],
    ['mode=beside', '/mode'],
    ['crds.keep=maybe', '/crds/keep'],
    ['controller.recheck=null', "missing property 'recheck'"],
    ['jobSink.serviceAccount.create=false', 'jobSink.serviceAccount.name'],
    ['jobSink.autoscaling.enabled=true,jobSink.autoscaling.maxReplicas=1', 'maxReplicas, 1'],
  ])('%s', async (setting, words) => {
    const { code, stderr } = await helm(4, ['template', 'sinks', chartFolder, '--set', setting]);
    expect(stderr.replaceAll('.', '/')).toContain(words.replaceAll('.', '/'));
    expect(code).not.toBe(0);
  });

  test('by Helm 3 as well', async () => {
    const { stderr } = await helm(3, ['template', 'sinks', chartFolder, '--set', 'jobSink.drainDelay=5']);
    expect(stderr.replaceAll('.', '/')).toContain('jobSink/drainDelay');
  });
});

describe.each([3, 4] as const)('Helm %d', (major) => {
  test('finds nothing to complain of', async () => {
    const { code, stdout, stderr } = await helm(major, ['lint', '--strict', chartFolder]);
    expect(`${stdout}${stderr}`).toContain('0 chart(s) failed');
    expect(code).toBe(0);
  });
});

test('both majors of Helm render the same', async () => {
  const [three, four] = await Promise.all([render({}, { major: 3 }), render({}, { major: 4 })]);
  expect(Object.fromEntries(three)).toEqual(Object.fromEntries(four));
});

test('the chart’s version and the app’s are one', () => {
  const chart = readFileSync(join(chartFolder, 'Chart.yaml'), 'utf8');
  expect(/^version: (.*)$/m.exec(chart)?.[1]).toBe(/^appVersion: (.*)$/m.exec(chart)?.[1]);
});
