import { join } from 'node:path';
import type { Cluster } from '../driver.ts';
import type { Progress } from '../progress.ts';
import { run, tryRun, waitUntil } from '../shell.ts';
import { jobTour } from './job-tour.ts';
import { kafkaTour, topic } from './kafka-tour.ts';

/** What the tour works with. */
export interface TourContext {
  readonly cluster: Cluster;
  readonly progress: Progress;
  readonly kubectl: (args: readonly string[]) => Promise<string>;
}

/**
 * Sends one event through each sink and shows where it arrived.
 * @throws Error when either event did not arrive as it was sent.
 */
export async function giveTour(cluster: Cluster, checkout: string, progress: Progress): Promise<void> {
  const kubectl = (args: readonly string[]): Promise<string> =>
    run(cluster.kubectl, ['--kubeconfig', cluster.kubeconfig, ...args], { timeoutMs: 150_000 });
  const context: TourContext = { cluster, progress, kubectl };
  const samples = join(checkout, 'e2e', 'samples');
  await progress.step('Sample sinks, until they are ready', async () => {
    await waitForDefaultServiceAccount(cluster);
    await cluster.ensureTopic(topic, 3);
    await applyJobSink(kubectl, join(samples, 'jobsink', 'job-sink-logger.yaml'));
    await kubectl(['apply', '-f', join(samples, 'kafkasink', 'kafka-sink.yaml')]);
    const sinks = ['jobsink/job-sink-logger', 'kafkasink/kafka-sink'];
    await kubectl(['wait', '--for=condition=Ready', '--timeout=60s', ...sinks]);
  });
  progress.note(await kubectl(['get', 'jobsinks,kafkasinks', '-A']));
  await jobTour(context);
  await kafkaTour(context);
}

/**
 * JobSinks are refused until the API server knows whom to trust with their admission, which takes a moment after the
 * very first installation.
 */
async function applyJobSink(kubectl: TourContext['kubectl'], file: string): Promise<void> {
  const apply = async (): Promise<boolean> => {
    await kubectl(['apply', '-f', file]);
    return true;
  };
  await waitUntil('a JobSink that is taken', apply, { timeoutMs: 30_000, intervalMs: 500 });
}

/** A pod cannot be created before the controller-manager has made the namespace's service account. */
async function waitForDefaultServiceAccount(cluster: Cluster): Promise<void> {
  const args = ['--kubeconfig', cluster.kubeconfig, 'get', 'serviceaccount', 'default'];
  await waitUntil(
    'the default service account',
    async () => (await tryRun(cluster.kubectl, args)).code === 0,
    {
      timeoutMs: 30_000,
    },
  );
}
