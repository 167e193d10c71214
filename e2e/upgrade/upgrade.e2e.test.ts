import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemNamespace } from '@event-sinks/platform';
import { eventually } from '@event-sinks/testing';
import { runsOf } from '../support/job-runs.ts';
import { suspendedJobSink } from '../support/suspended-job-sink.ts';
import { openTestCluster, type TestCluster } from '../support/test-cluster.ts';
import { expectDefinitionsOf, kafkaSink, login, withLogin } from './definitions.ts';
import { currentChart, helmRelease, type AnyObject, type HelmRelease, type Images } from './helm-release.ts';
import { openKeptRelease, type KeptRelease } from './kept-release.ts';
import { startSteadySender, type SteadySender, type StreamReport } from './steady-sender.ts';

/*
 * 100 events a second in all. Ten of them become Jobs, which are suspended: a node that had to run ten pods a second would
 * be what is tried. The others go to two KafkaSinks, one with credentials, so that the right to read them is carried over
 * too. Half of the events come over connections that are kept and half over new ones, since a pod that ends has to let go
 * of both.
 *
 * The chart's own values decide on replicas and drains: one pod of each. Only one of 0.1.0's is today's: its readiness
 * probes waited for a second, and where three pods start on few processors, that took the only busy one out of its Service.
 */
describe('an upgrade from 0.1.0 and back', () => {
  let target: TestCluster;
  let release: HelmRelease;
  let current: Images;
  let released: KeptRelease;
  let sender: SteadySender;
  let before: readonly string[];

  const patientProbes = {
    'jobSink.readinessProbe.timeoutSeconds': '5',
    'kafkaSink.readinessProbe.timeoutSeconds': '5',
  };
  const marked = (by: string): Record<string, string> => ({ 'crds.annotations.marked-by': by });

  beforeAll(async () => {
    target = await openTestCluster();
    release = helmRelease(target);
    current = await release.images();
    released = await openKeptRelease(target.cluster, '0.1.0');
    await release.uninstall();
    await release.install(released.chart, released.images, { ...marked('install'), ...patientProbes });
    await target.cluster.ensureTopic(target.namespace, 3);
    const topic = target.namespace;
    const kafkaSinks = [kafkaSink('kept', { topic, ...withLogin }), kafkaSink('new', { topic })];
    const objects = [suspendedJobSink('jobs'), login, ...kafkaSinks];
    for (const object of objects) await target.kubectl(['apply', '-f', '-'], JSON.stringify(object));
    await ready();
    before = await uids();
    const [records, jobs] = [45, 5];
    const [kept, anew] = [{ keepsConnections: true }, { keepsConnections: false }];
    sender = await startSteadySender(target, 'sender', [
      { url: urlOf('kafka-sink-ingress', 'kept'), prefix: 'r-kept', perSecond: records, ...kept },
      { url: urlOf('kafka-sink-ingress', 'new'), prefix: 'r-new', perSecond: records, ...anew },
      { url: urlOf('job-sink', 'jobs'), prefix: 'j-kept', perSecond: jobs, ...kept },
      { url: urlOf('job-sink', 'jobs'), prefix: 'j-new', perSecond: jobs, ...anew },
    ]);
  });
  afterAll(async () => {
    await release.restore(current);
    await target.close();
  });

  const urlOf = (service: string, sink: string): string =>
    `http://${service}.${systemNamespace}.svc.cluster.local/${target.namespace}/${sink}`;
  const sinks = ['jobsink/jobs', 'kafkasink/kept', 'kafkasink/new'];

  const ready = async (): Promise<void> => {
    await target.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', ...sinks]);
  };

  /** Of the sinks and of the binding by which their credentials are read. */
  const uids = async (): Promise<string[]> => {
    const names = [...sinks, 'rolebinding/event-sinks-kafka-sink-secret-reader'];
    const { items } = await target.get<{ items: AnyObject[] }>(names);
    return items.map(({ metadata }) => metadata.uid ?? '');
  };

  /** Every pod is of these images, and those of the other version have ended their drain. */
  const runs = async (images: Images): Promise<void> => {
    expect(await release.images()).toEqual(images);
    await eventually(
      async () => {
        const inSystem = ['-n', systemNamespace, '-l', 'app.kubernetes.io/part-of=event-sinks'];
        const { items } = await target.get<{ items: { spec: { containers: { image: string }[] } }[] }>([
          ...['pods', ...inSystem],
        ]);
        const running = items.flatMap(({ spec }) => spec.containers.map(({ image }) => image));
        expect(running.sort()).toEqual(Object.values(images).sort());
      },
      { timeoutMs: 60_000, intervalMs: 1_000 },
    );
  };

  const markedBy = async (): Promise<string | undefined> =>
    (await target.get<AnyObject>(['crd', 'kafkasinks.eventing.knative.dev'])).metadata.annotations?.[
      'marked-by'
    ];

  const expectMoved = async (images: Images, mark: string): Promise<void> => {
    await runs(images);
    await expectDefinitionsOf(release, target);
    expect(await markedBy()).toBe(mark);
    await ready();
    expect(await uids()).toEqual(before);
  };

  test('begins with the images of 0.1.0', async () => {
    expect(Object.values(current)).not.toEqual(Object.values(released.images));
    await expectMoved(released.images, 'install');
  });

  test('brings the newest apps and definitions, and keeps every sink', async () => {
    await release.upgrade(currentChart, current, marked('upgrade'));
    await expectMoved(current, 'upgrade');
    await eventually(async () => {
      const binding = await target.get<AnyObject>(['rolebinding', 'event-sinks-kafka-sink-secret-reader']);
      expect(binding.metadata.ownerReferences).toMatchObject([{ kind: 'ClusterRole' }]);
    });
  });

  test('is taken back by helm rollback, and keeps every sink', async () => {
    await release.helm(['rollback', 'event-sinks', '--wait', '--timeout', '3m']);
    await expectMoved(released.images, 'install');
  });

  test('refuses no event, loses none and stores none twice', async () => {
    const reports = await sender.end();
    for (const { sent, statuses, failures, troubles } of reports) {
      // Some of them are enough to see what went wrong.
      expect(troubles.slice(0, 20)).toEqual([]);
      expect({ statuses, failures }).toEqual({ statuses: { 202: sent }, failures: {} });
    }
    expect(rateOf(reports)).toBeGreaterThan(95);

    const [keptRecords, newRecords, keptJobs, newJobs] = reports.map(({ sent }) => sent);
    const records = await target.cluster.consume(target.namespace, (keptRecords ?? 0) + (newRecords ?? 0));
    const recordIds = records.map(({ headers }) =>
      headers.find(([name]) => name === 'ce_id')?.[1].toString(),
    );
    expect(recordIds.sort()).toEqual([...ids('r-kept', keptRecords), ...ids('r-new', newRecords)].sort());
    expect(await target.cluster.countRecords(target.namespace)).toBe(records.length);

    const stored = await runsOf(target, 'jobs');
    expect(stored.map(({ event }) => event['id']).sort()).toEqual(
      [...ids('j-kept', keptJobs), ...ids('j-new', newJobs)].sort(),
    );
    const { items } = await target.get<{ items: AnyObject[] }>(['jobs']);
    expect(items.map(({ metadata }) => metadata.name).sort()).toEqual(stored.map(({ job }) => job).sort());
  });

  const ids = (prefix: string, count = 0): string[] =>
    Array.from({ length: count }, (_, n) => `${prefix}-${n}`);
  const rateOf = (reports: readonly StreamReport[]): number =>
    reports.reduce((sum, { sent, seconds }) => sum + sent / seconds, 0);
});
