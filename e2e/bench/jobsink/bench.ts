import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleApps, readSettings } from '@event-sinks/platform';
import { eventually, freePorts, startTestApiServer, type TestApiServer } from '@event-sinks/testing';
import { cpuMicros, residentMiB, timeOperations, type Timing } from '../measure.ts';
import type { Row } from '../table.ts';
import { openSender } from './sender.ts';

const namespace = 'bench';
const inFlights = [1, 16, 64];
const oldJobCounts = [0, 1_000, 10_000];
const countFor = (inFlight: number): number => (inFlight === 1 ? 600 : 2_400);

/**
 * Suspended Jobs, events of 1 KiB, one dispatcher process, beside the limit: a loop that creates one Job and one
 * Secret per event over pooled connections, against the same API server in the same run.
 */
export async function benchJobSink(tell: (line: string) => void): Promise<Row[]> {
  const { checkout } = readSettings(process.env);
  await bundleApps(checkout);
  const server = await startTestApiServer();
  try {
    await prepare(server, checkout);
    const dispatcher = await startDispatcher(server, checkout);
    try {
      return await measureAll(server, dispatcher, tell);
    } finally {
      dispatcher.child.kill('SIGKILL');
    }
  } finally {
    await server.close();
  }
}

async function measureAll(
  server: TestApiServer,
  dispatcher: Dispatcher,
  tell: (line: string) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const oldJobs of oldJobCounts) {
    const missing = oldJobs - (await countJobs(server));
    if (missing > 0) await limitLoop(server, { count: missing, inFlight: 64 });
    for (const { subject, inFlight } of casesFor(oldJobs)) {
      const row = await measure(subject, { server, dispatcher, inFlight, oldJobs });
      tell(JSON.stringify(row));
      rows.push(row);
    }
  }
  return rows;
}

/** The limit is measured where the namespace is still empty, right before ours at the same number in flight. */
function casesFor(oldJobs: number): { subject: 'limit' | 'ours'; inFlight: number }[] {
  const subjects = oldJobs === 0 ? (['limit', 'ours'] as const) : (['ours'] as const);
  return inFlights.flatMap((inFlight) => subjects.map((subject) => ({ subject, inFlight })));
}

async function prepare(server: TestApiServer, checkout: string): Promise<void> {
  await server.kubectl(['apply', '--server-side', '-f', join(checkout, 'charts/event-sinks/files/crds')]);
  await server.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
  await server.kubectl(['create', 'namespace', namespace]);
  await server.kubectl(['apply', '-f', '-'], JSON.stringify(suspendedJobSink));
}

const suspendedJobSink = {
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
};

interface Dispatcher {
  readonly child: ReturnType<typeof spawn>;
  readonly url: string;
}

async function startDispatcher(server: TestApiServer, checkout: string): Promise<Dispatcher> {
  const [port = 0] = await freePorts(1);
  const child = spawn(
    process.execPath,
    [...imageFlags(checkout), join(checkout, 'apps/job-sink/dist/main.mjs')],
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
  return { child, url: `http://127.0.0.1:${port}/${namespace}/suspended` };
}

/** The flags under which the image runs Node: without them another program would be measured. */
function imageFlags(checkout: string): string[] {
  const containerfile = readFileSync(join(checkout, 'apps/job-sink/Containerfile'), 'utf8');
  const command = JSON.parse(/^CMD (.*)$/m.exec(containerfile)?.[1] ?? '[]') as string[];
  return command.filter((word) => word.startsWith('--'));
}

interface Case {
  readonly server: TestApiServer;
  readonly dispatcher: Dispatcher;
  readonly inFlight: number;
  readonly oldJobs: number;
}

async function measure(
  subject: 'limit' | 'ours',
  { server, dispatcher, inFlight, oldJobs }: Case,
): Promise<Row> {
  const count = countFor(inFlight);
  const before = await apiCalls(server);
  const result =
    subject === 'limit'
      ? await limitLoop(server, { count, inFlight })
      : await ours(dispatcher, { count, inFlight });
  const calls = (await apiCalls(server)) - before;
  const { eventsPerSecond, p50Ms, p99Ms, cpuMicrosPerEvent, rssMiB } = result;
  return {
    subject,
    inFlight,
    oldJobs,
    eventsPerSecond,
    p50Ms,
    p99Ms,
    apiCallsPerEvent: calls / count,
    cpuMicrosPerEvent,
    rssMiB,
  };
}

interface Load {
  readonly count: number;
  readonly inFlight: number;
}

interface Measured extends Timing {
  readonly cpuMicrosPerEvent: number;
  readonly rssMiB: number;
}

async function ours({ child, url }: Dispatcher, { count, inFlight }: Load): Promise<Measured> {
  const pid = child.pid ?? 0;
  const sender = openSender(url, inFlight);
  const cpuBefore = cpuMicros(pid);
  try {
    const timing = await timeOperations(count, inFlight, (index) => sender.post(index));
    return { ...timing, cpuMicrosPerEvent: (cpuMicros(pid) - cpuBefore) / count, rssMiB: residentMiB(pid) };
  } finally {
    await sender.close();
  }
}

/** The limit runs in a process of its own, as the dispatcher does. */
async function limitLoop(server: TestApiServer, load: Load): Promise<Measured> {
  const program = fileURLToPath(new URL('limit-loop.ts', import.meta.url));
  const argument = JSON.stringify({ kubeconfig: server.kubeconfig, namespace, ...load });
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, argument], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`the limit loop ended with code ${code}`);
  return JSON.parse(out) as Measured;
}

/** Writes to Jobs and Secrets, and reads of Jobs, as the API server itself counted them. */
async function apiCalls(server: TestApiServer): Promise<number> {
  const metrics = await server.kubectl(['get', '--raw', '/metrics']);
  return metrics
    .split('\n')
    .filter((line) => line.startsWith('apiserver_request_total{') && /resource="(jobs|secrets)"/.test(line))
    .filter((line) => !/verb="(WATCH|LIST)"/.test(line))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

async function countJobs(server: TestApiServer): Promise<number> {
  const names = await server.kubectl(['get', 'jobs', '-n', namespace, '-o', 'name', '--chunk-size=2000']);
  return names.split('\n').filter(Boolean).length;
}
