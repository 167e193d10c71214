import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { eventually, freePorts, type TestApiServer } from '@event-sinks/testing';
import { imageFlags } from '../../support/image-flags.ts';
import { limitLoop } from './limit.ts';

/** How many Jobs a namespace holds before the first event. */
export const oldJobCounts = [0, 1_000, 10_000];

/** The namespace that began with so many Jobs. */
export const namespaceOf = (oldJobs: number): string => `bench-${oldJobs}`;

/** CRDs, and a namespace with a sink for each number of old Jobs. */
export async function prepare(server: TestApiServer, checkout: string): Promise<void> {
  await server.kubectl(['apply', '--server-side', '-f', join(checkout, 'charts/event-sinks/files/crds')]);
  await server.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
  for (const oldJobs of oldJobCounts) {
    const namespace = namespaceOf(oldJobs);
    await server.kubectl(['create', 'namespace', namespace]);
    await server.kubectl(['apply', '-f', '-'], JSON.stringify(suspendedJobSink(namespace)));
    if (oldJobs > 0) await limitLoop(server, { namespace, count: oldJobs, inFlight: 64 });
  }
}

const suspendedJobSink = (namespace: string) => ({
  apiVersion: 'sinks.knative.dev/v1alpha1',
  kind: 'JobSink',
  metadata: { name: 'suspended', namespace },
  spec: {
    job: {
      spec: {
        suspend: true,
        template: {
          spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'docker.io/library/bash:5' }] },
        },
      },
    },
  },
});

/** A dispatcher process. */
export interface Dispatcher {
  readonly child: ReturnType<typeof spawn>;
  readonly url: string;
}

/** Starts one dispatcher as its image does; resolves when it takes events. */
export async function startDispatcher(server: TestApiServer, checkout: string): Promise<Dispatcher> {
  const [port = 0] = await freePorts(1);
  const child = spawn(
    process.execPath,
    [...imageFlags(checkout, 'job-sink'), join(checkout, 'apps/job-sink/dist/main.mjs')],
    {
      env: {
        PATH: process.env['PATH'] ?? '',
        KUBECONFIG: server.kubeconfig,
        PORT: String(port),
        METRICS_PORT: '0',
        LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  await eventually(async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
    if (answer.status !== 200) throw new Error(`not ready: ${answer.status}`);
  });
  return { child, url: `http://127.0.0.1:${port}` };
}

/** Writes to Jobs and Secrets, and reads of Jobs, as the API server itself counted them. */
export async function apiCalls(server: TestApiServer): Promise<number> {
  const metrics = await server.kubectl(['get', '--raw', '/metrics']);
  return metrics
    .split('\n')
    .filter((line) => line.startsWith('apiserver_request_total{') && /resource="(jobs|secrets)"/.test(line))
    .filter((line) => !/verb="(WATCH|LIST)"/.test(line))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
