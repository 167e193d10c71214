import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsByComponent, valueOrders, valueRows, type ComponentKey } from '../src/index.ts';
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
  jobSink: ['PORT', 'METRICS_PORT', 'KUBECONFIG', 'SYSTEM_NAMESPACE'],
  kafkaSink: [
    ...['PORT', 'METRICS_PORT', 'KUBECONFIG', 'SYSTEM_NAMESPACE'],
    ...['KAFKA_DENIED_SERVICES', 'KUBERNETES_SERVICE_HOST', 'KAFKA_DRIVER'],
  ],
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

/** What a field of an app's schema makes of a text; undefined where it refuses it. */
function parsed(schema: z.ZodObject, env: string, text: string): unknown {
  const field = schema.shape[env] as z.ZodType | undefined;
  const result = field?.safeParse(text);
  return result?.success === true ? result.data : undefined;
}

describe('the bounds of a value are those of its variable', () => {
  test.each(['controller', 'jobSink', 'kafkaSink'] as const)('%s: durations', async (key) => {
    const schema = await appSchema(key);
    for (const { env, shortest, longest } of settingsByComponent()[key]) {
      if (shortest === undefined || longest === undefined) continue;
      const taken = [shortest, longest].map((text) => [env, text, parsed(schema, env, text) !== undefined]);
      expect(taken).toEqual([shortest, longest].map((text) => [env, text, true]));
      const [least, most] = [shortest, longest].map((text) => Number(parsed(schema, env, text)));
      const beyond = [least! > 0 ? `${least! - 1}ms` : undefined, `${most! + 1}ms`];
      for (const text of beyond.filter((each) => each !== undefined))
        expect([env, text, parsed(schema, env, text)]).toEqual([env, text, undefined]);
    }
  });

  test.each(['controller', 'jobSink', 'kafkaSink'] as const)('%s: integers', async (key) => {
    const schema = await appSchema(key);
    const ranges = new Map(
      valueRows().map(({ value, meaning }) => [value, /From (\d+) to (\d+)\./.exec(meaning)]),
    );
    for (const { env, value } of settingsByComponent()[key]) {
      const bounds = ranges.get(value)?.slice(1) ?? [];
      expect(bounds.map((text) => [env, parsed(schema, env, text)])).toEqual(
        bounds.map((text) => [env, Number(text)]),
      );
    }
  });
});

describe('values that only work together in an order', () => {
  const settings = Object.entries(settingsByComponent()).flatMap(([key, ofKey]) =>
    ofKey.map((setting) => ({ key: key as ComponentKey, ...setting })),
  );
  const byApp = valueOrders().filter((order) => order.byApp);

  test('are values of the chart', () => {
    const known = new Set(valueRows().map(({ value }) => value));
    const named = valueOrders().flatMap(({ smaller, larger }) => [smaller, larger]);
    expect(named.filter((value) => !known.has(value))).toEqual([]);
  });

  test.each(byApp)('are refused by the app as well: $smaller and $larger', async ({ smaller, larger }) => {
    const [one, other] = [smaller, larger].map((path) => settings.find(({ value }) => value === path)!);
    const schema = await appSchema(one!.key);
    const bounds = (path: string): readonly string[] => {
      const { meaning } = valueRows().find(({ value }) => value === path)!;
      return /From (\S+) to (\S+)\.$/.exec(meaning)!.slice(1);
    };
    expect([one!.env, other!.env].every((env) => env in schema.shape)).toBe(true);
    const env = { [one!.env]: bounds(smaller)[1], [other!.env]: bounds(larger)[0] };
    const issues = schema.safeParse(env).error?.issues ?? [];
    expect(issues).toContainEqual(
      expect.objectContaining({ path: [one!.env], message: expect.stringContaining(other!.env) }),
    );
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
    ['clusterDomain=cluster.local.', '/clusterDomain'],
    ['image.registry=https://ghcr.io/event-sinks', '/image/registry'],
    ['kafkaSink.tracing.endpoint=collector:4318', '/kafkaSink/tracing/endpoint'],
    ['networkPolicy.apiServerPorts=', '/networkPolicy/apiServerPorts'],
    ['watchNamespaces=team-a', '/watchNamespaces'],
    ['watchNamespaces={team-a,team-a}', '/watchNamespaces'],
    ['monitoring.podMonitor.interval=1.5s', '/monitoring/podMonitor/interval'],
    ['tests.tolerations=all', '/tests/tolerations'],
    // Bounds of durations.
    ['jobSink.requestDeadline=11m', 'jobSink.requestDeadline is 11m, and must be from 100ms to 10m'],
    ['webhook.drainDelay=0.5m', 'webhook.drainDelay is 0.5m, and must be from 0s to 15s'],
    ['controller.recheck.notReady=99ms', 'controller.recheck.notReady is 99ms'],
    ['controller.jobStartTimeout=999ms', 'jobStartTimeout is 999ms, and must be from 1s to 24h'],
    ['webhook.receiveTimeout=61s', 'webhook.receiveTimeout is 61s, and must be from 100ms to 1m'],
    ['jobSink.runStatus.cacheAge=2m', 'jobSink.runStatus.cacheAge is 2m, and must be from 0s to 1m'],
    // Orders.
    [
      'controller.leaderElection.leaseDuration=5s',
      'renewDeadline is 10s, and must be less than controller.leaderElection.leaseDuration, which is 5s',
    ],
    [
      'controller.leaderElection.renewDeadline=15s',
      'must be less than controller.leaderElection.leaseDuration',
    ],
    ['controller.leaderElection.retryPeriod=10000ms', 'less than controller.leaderElection.renewDeadline'],
    ['webhook.certificate.lifetime=700h', 'renewBefore is 720h, and must be less than'],
    [
      'kafkaSink.maxEventBytes=2097152,kafkaSink.maxInFlightBytes=1048576',
      'kafkaSink.maxEventBytes is 2097152, and must be at most kafkaSink.maxInFlightBytes, which is 1048576',
    ],
    ['kafkaSink.maxInFlightBytes=2097152', 'kafkaSink.maxHttpBatchBytes is 4194304'],
    ['jobSink.maxInFlight=100', 'jobSink.maxInFlightPerSink is 256, and must be at most jobSink.maxInFlight'],
    ['kafkaSink.deliveryTimeout=10s', 'kafkaSink.deliveryTimeout is 10s, and must be less than'],
    ['monitoring.podMonitor.scrapeTimeout=1m', 'scrapeTimeout is 1m, and must be at most'],
    // Draining.
    ['jobSink.drainTimeout=31s', 'jobSink.terminationGracePeriodSeconds is 35'],
    [
      'kafkaSink.terminationGracePeriodSeconds=20',
      'Set 27 or more: kafkaSink.drainDelay, kafkaSink.drainTimeout',
    ],
    ['controller.terminationGracePeriodSeconds=6', 'Set 7 or more: webhook.drainDelay and 2s'],
    // Labels.
    [
      'commonLabels.app\\.kubernetes\\.io/name=mine',
      'commonLabels must not set the label app.kubernetes.io/name',
    ],
    [
      'commonLabels.rbac\\.authorization\\.k8s\\.io/aggregate-to-edit=yes',
      'commonLabels must not set the label',
    ],
    ['jobSink.podLabels.app\\.kubernetes\\.io/part-of=mine', 'jobSink.podLabels must not set the label'],
    ['kafkaSink.podLabels.sinks\\.knative\\.dev/sink=job-sink', 'kafkaSink.podLabels must not set the label'],
    [
      'monitoring.dashboards.labels.helm\\.sh/chart=mine',
      'monitoring.dashboards.labels must not set the label',
    ],
    // Accounts.
    [
      'jobSink.serviceAccount.name=one,kafkaSink.serviceAccount.name=one',
      'The ServiceAccount one is that of jobSink',
    ],
    ['kafkaSink.serviceAccount.name=job-sink', 'Set kafkaSink.serviceAccount.name to another name'],
    // Availability.
    [
      'jobSink.podDisruptionBudget.enabled=true,jobSink.podDisruptionBudget.minAvailable=1',
      'minAvailable is 1 of 1',
    ],
    [
      'jobSink.podDisruptionBudget.enabled=true,jobSink.podDisruptionBudget.minAvailable=51%,jobSink.replicas=2',
      'minAvailable is 51% of 2 pods',
    ],
    [
      'kafkaSink.podDisruptionBudget.enabled=true,kafkaSink.podDisruptionBudget.maxUnavailable=0%,kafkaSink.replicas=2',
      'kafkaSink.podDisruptionBudget.maxUnavailable is "0%"',
    ],
    [
      'jobSink.autoscaling.enabled=true,jobSink.resources.requests.cpu=null',
      'needs jobSink.resources.requests.cpu',
    ],
    // Memory, variables, users, certificates.
    [
      'jobSink.maxInFlightBytes=402653184',
      'must be less than jobSink.resources.limits.memory, which is 384Mi',
    ],
    ['jobSink.extraEnv[0].name=PORT,jobSink.extraEnv[0].value=80', 'jobSink.extraEnv must not set PORT'],
    ['podSecurityContext.runAsUser=0', 'runAsUser is 0 and runAsNonRoot is true'],
    [
      'webhook.certificate.secretName=mine,webhook.certificate.certManager.enabled=true',
      'overwrite that Secret',
    ],
  ])('%s', async (setting, words) => {
    const { code, stderr } = await helm(4, ['template', 'sinks', chartFolder, '--set', setting]);
    expect(stderr.replaceAll('.', '/')).toContain(words.replaceAll('.', '/'));
    expect(code).not.toBe(0);
  });

  test.each([
    'jobSink.podDisruptionBudget.enabled=true,jobSink.podDisruptionBudget.minAvailable=50%,jobSink.replicas=2',
    'jobSink.podDisruptionBudget.enabled=true,jobSink.podDisruptionBudget.minAvailable=1,jobSink.autoscaling.enabled=true',
    'jobSink.drainTimeout=28s',
    'controller.jobStartTimeout=24h,webhook.receiveTimeout=100ms,jobSink.runStatus.cacheAge=0s',
    'jobSink.enabled=false,jobSink.drainTimeout=1m,jobSink.serviceAccount.name=kafka-sink-ingress',
    'jobSink.resources.limits=null',
    'commonLabels.team=events,jobSink.podLabels.team=jobs,monitoring.podMonitor.enabled=true,monitoring.podMonitor.labels.team=ops',
  ])('and a right one is not: %s', async (setting) => {
    const { code, stderr } = await helm(4, ['template', 'sinks', chartFolder, '--set', setting]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
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
