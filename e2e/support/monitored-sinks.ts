import { systemNamespace } from '@event-sinks/platform';
import { eventually } from '@event-sinks/testing';
import { postFromPod } from './post-from-pod.ts';
import { sendFromPod } from './sender.ts';
import type { TestCluster } from './test-cluster.ts';

/** Nobody listens there. */
export const deadCluster = 'my-cluster-kafka-bootstrap.kafka:1';

const container = (command: readonly string[]): object => ({
  name: 'main',
  image: 'docker.io/library/bash:5',
  command,
});

const jobSink = (name: string, spec: object, command: readonly string[]): object => ({
  apiVersion: 'sinks.knative.dev/v1alpha1',
  kind: 'JobSink',
  metadata: { name },
  spec: {
    job: {
      spec: {
        backoffLimit: 0,
        ...spec,
        template: { spec: { restartPolicy: 'Never', containers: [container(command)] } },
      },
    },
  },
});

const kafkaSink = (name: string, topic: string, bootstrapServer: string): object => ({
  apiVersion: 'eventing.knative.dev/v1alpha1',
  kind: 'KafkaSink',
  metadata: { name },
  spec: { topic, bootstrapServers: [bootstrapServer] },
});

/** A URL in the cluster of one of the namespace's sinks. */
function urlOf({ namespace }: TestCluster, kind: 'JobSink' | 'KafkaSink', name: string): string {
  const service = kind === 'JobSink' ? 'job-sink' : 'kafka-sink-ingress';
  return `http://${service}.${systemNamespace}.svc.cluster.local/${namespace}/${name}`;
}

/** Makes sinks that work, one whose Jobs fail, and one whose brokers are not there. */
export async function makeMonitoredSinks(target: TestCluster): Promise<void> {
  const topic = target.namespace;
  await target.cluster.ensureTopic(topic, 1);
  const sinks = [
    jobSink('good', { suspend: true }, ['true']),
    jobSink('failing', {}, ['bash', '-c', 'exit 1']),
    kafkaSink('good', topic, 'my-cluster-kafka-bootstrap.kafka:9092'),
    kafkaSink('dead', topic, deadCluster),
  ];
  await target.kubectl(
    ['apply', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: sinks }),
  );
  const ready = ['jobsink/good', 'jobsink/failing', 'kafkasink/good'];
  await target.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', ...ready]);
}

const few = { count: 40, inFlight: 4, pauseMs: 100 };

/** Sends events to all of them at once, and asks about a run; resolves when the last one is answered. */
export async function useMonitoredSinks(target: TestCluster): Promise<void> {
  const [failing] = await Promise.all([
    postFromPod(target, 'failing', [
      {
        url: urlOf(target, 'JobSink', 'failing'),
        headers: { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/e2e', 'ce-type': 'e2e' },
        body: 'fail',
      },
    ]),
    sendFromPod(target, 'jobs', { url: urlOf(target, 'JobSink', 'good'), prefix: 'job', ...few }),
    sendFromPod(target, 'records', { url: urlOf(target, 'KafkaSink', 'good'), prefix: 'record', ...few }),
    sendFromPod(target, 'dead', {
      url: urlOf(target, 'KafkaSink', 'dead'),
      prefix: 'dead',
      // A few at a time: a rate is the difference of two looks at a counter.
      count: 8,
      inFlight: 4,
    }),
  ]);
  const service = `/api/v1/namespaces/${systemNamespace}/services/job-sink:80/proxy`;
  // Whatever the answer is: that the Job has failed already is 400.
  await target.tryKubectl(['get', '--raw', service + (failing[0]?.location ?? '')]);
  await target.kubectl(['wait', '--for=condition=failed', '--timeout=60s', 'job', '-l', ofFailing]);
}

const ofFailing = 'sinks.knative.dev/job-sink-name=failing';

/** Lets no further Job be made in the namespace, and sends events that need one. */
export async function exhaustQuota(target: TestCluster): Promise<void> {
  await target.kubectl(['create', 'quota', 'none', '--hard=count/jobs.batch=1']);
  // The quota counts from the moment that its controller has seen the Jobs that are there.
  await eventually(async () => {
    const { status } = await target.get<{ status: { used?: object } }>(['quota', 'none']);
    if (status.used === undefined) throw new Error('not counted yet');
  });
  await sendFromPod(target, 'quota', {
    url: urlOf(target, 'JobSink', 'good'),
    prefix: 'quota',
    count: 30,
    inFlight: 2,
    pauseMs: 400,
  });
}
