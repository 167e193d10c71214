import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestCluster } from '../support/test-cluster.ts';
import type { BrokerPlan, TriggerReport } from './broker.ts';
import { subscriberPort, subscriberScript } from './subscriber.ts';

/** What the program in the pod consists of. */
const programFiles = [
  'main.ts',
  'broker.ts',
  'deliver.ts',
  'delivery-rules.ts',
  'destination.ts',
  'duration.ts',
  'event.ts',
  'resolve.ts',
];

/**
 * Runs Brokers side by side in a pod that bears the given service account, with a subscriber beside them at
 * `subscriberUrl`; resolves when all events are dealt with.
 * @returns the reports of each plan.
 */
export async function runBrokers(
  target: TestCluster,
  serviceAccountName: string,
  plans: readonly BrokerPlan[],
): Promise<TriggerReport[][]> {
  const name = 'brokers';
  const program = Object.fromEntries(
    programFiles.map((file) => [file, readFileSync(join(import.meta.dirname, file), 'utf8')]),
  );
  const image = await target.cluster.appBaseImage();
  const subscriber = {
    name: 'subscriber',
    image,
    args: ['--input-type=module', '-e', subscriberScript],
    // A sidecar: it is there before the Brokers, and does not keep the pod from ending.
    restartPolicy: 'Always',
    startupProbe: { tcpSocket: { port: subscriberPort }, periodSeconds: 1, failureThreshold: 60 },
  };
  const brokers = {
    name: 'brokers',
    image,
    args: ['/program/main.ts', JSON.stringify(plans)],
    env: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt' }],
    volumeMounts: [{ name: 'program', mountPath: '/program' }],
  };
  const objects = [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data: { ...program, 'package.json': '{"type":"module"}' },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        serviceAccountName,
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 0,
        initContainers: [subscriber],
        containers: [brokers],
        volumes: [{ name: 'program', configMap: { name } }],
      },
    },
  ];
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  await target.kubectl(['apply', '-f', '-'], JSON.stringify(list));
  await target.kubectl(['wait', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=90s', `pod/${name}`]);
  return JSON.parse(await target.kubectl(['logs', name, '-c', 'brokers'])) as TriggerReport[][];
}
