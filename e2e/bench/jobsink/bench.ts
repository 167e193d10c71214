import { bundleApps, readSettings } from '@event-sinks/platform';
import { startTestApiServer, type TestApiServer } from '@event-sinks/testing';
import { cpuMicros, residentMiB, timeOperations } from '../measure.ts';
import type { Row } from '../table.ts';
import { limitLoop, type Load, type Measured } from './limit.ts';
import { medianRow } from './median-row.ts';
import { openSender } from './sender.ts';
import {
  apiCalls,
  namespaceOf,
  oldJobCounts,
  prepare,
  startDispatcher,
  type Dispatcher,
} from './subjects.ts';

const inFlights = [1, 16, 64];
const rounds = 3;
const countFor = (inFlight: number): number => (inFlight === 1 ? 400 : 1_800);

/**
 * Suspended Jobs, events of 1 KiB, one dispatcher process, beside the limit: a loop that creates one Job and one
 * Secret per event over pooled connections, against the same API server in the same run. What is compared takes
 * turns, round after round, and each figure is the median of the rounds, since a machine is not equally fast in
 * every minute.
 */
export async function benchJobSink(tell: (line: string) => void): Promise<Row[]> {
  const { checkout } = readSettings(process.env);
  await bundleApps(checkout);
  const server = await startTestApiServer();
  try {
    await prepare(server, checkout);
    const dispatcher = await startDispatcher(server, checkout);
    try {
      return await measureAll({ server, dispatcher }, tell);
    } finally {
      dispatcher.child.kill('SIGKILL');
    }
  } finally {
    await server.close();
  }
}

interface Subjects {
  readonly server: TestApiServer;
  readonly dispatcher: Dispatcher;
}

interface Case {
  readonly subject: 'limit' | 'ours';
  readonly inFlight: number;
  /** How many Jobs the namespace holds before the first round; each round adds to them. */
  readonly oldJobs: number;
}

async function measureAll(subjects: Subjects, tell: (line: string) => void): Promise<Row[]> {
  const cases = allCases();
  for (const each of cases) await measure(subjects, each, { count: 300 });
  const runs: Row[][] = cases.map(() => []);
  for (let round = 1; round <= rounds; round += 1) {
    for (const [index, each] of cases.entries()) {
      const row = await measure(subjects, each, { count: countFor(each.inFlight) });
      tell(JSON.stringify({ round, ...row }));
      runs[index]?.push(row);
    }
  }
  return runs.map(medianRow);
}

/** The limit stands right before ours at the same number in flight. */
function allCases(): Case[] {
  return inFlights.flatMap((inFlight) => [
    { subject: 'limit' as const, inFlight, oldJobs: 0 },
    ...oldJobCounts.map((oldJobs) => ({ subject: 'ours' as const, inFlight, oldJobs })),
  ]);
}

async function measure(
  { server, dispatcher }: Subjects,
  { subject, inFlight, oldJobs }: Case,
  { count }: { readonly count: number },
): Promise<Row> {
  const load = { namespace: namespaceOf(oldJobs), count, inFlight };
  const before = await apiCalls(server);
  const result = subject === 'limit' ? await limitLoop(server, load) : await ours(dispatcher, load);
  const calls = (await apiCalls(server)) - before;
  const { eventsPerSecond, p50Ms, p99Ms, cpuMicrosPerEvent, rssMiB } = result;
  return {
    subject,
    inFlight,
    oldJobs,
    eventsPerSecond,
    p50Ms,
    p99Ms,
    apiCallsPerEvent: calls / result.operations,
    cpuMicrosPerEvent,
    rssMiB,
  };
}

async function ours({ child, url }: Dispatcher, { namespace, count, inFlight }: Load): Promise<Measured> {
  const pid = child.pid ?? 0;
  const sender = openSender(`${url}/${namespace}/suspended`, inFlight);
  const cpuBefore = cpuMicros(pid);
  try {
    const timing = await timeOperations(count, inFlight, (index) => sender.post(index));
    return {
      ...timing,
      operations: count,
      cpuMicrosPerEvent: (cpuMicros(pid) - cpuBefore) / count,
      rssMiB: residentMiB(pid),
    };
  } finally {
    await sender.close();
  }
}
