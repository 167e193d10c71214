import type { ScenarioReport } from '../report.ts';
import { residentMiB } from '../../../bench/measure.ts';
import { listedRequests } from '../bad-requests.ts';
import { Dispatcher } from '../dispatcher.ts';
import { generateRequests } from '../generated-requests.ts';
import { inParallel } from '../parallel.ts';
import { exchangeRaw, type RawRequest } from '../raw-client.ts';
import type { Setting } from '../setting.ts';
import { judge } from '../truth.ts';

const namespace = 'bad';
const seed = 20_261_122;
const batch = 500;
const atOnce = 16;
/** How far the process may grow beyond what it holds when every kind of request was there once. */
const growthLimitMiB = 64;

interface Tally {
  answers: number;
  accepted: number;
  serverErrors: number;
  unanswered: number;
  readonly statuses: Map<number, number>;
  readonly problems: string[];
}

/**
 * Requests that are wrong in every way that can be thought of, over plain sockets: each gets an answer below 500,
 * and what is refused causes no write.
 */
export async function badInputs(setting: Setting): Promise<Omit<ScenarioReport, 'scenario' | 'seconds'>> {
  const { badInputs: wanted } = setting.sizes;
  await setting.sinks(namespace, ['sink']);
  const env = { HEADERS_TIMEOUT: '2s', BODY_TIMEOUT: '2s' };
  const dispatcher = await Dispatcher.start(setting, 'bad-inputs', env);
  const tally: Tally = {
    ...{ answers: 0, accepted: 0, serverErrors: 0, unanswered: 0 },
    statuses: new Map(),
    problems: [],
  };
  let warmMiB = 0;
  let peakMiB = 0;
  let sent = 0;
  const { pid } = dispatcher;
  try {
    while (sent < wanted) {
      const requests =
        sent === 0 ? listedRequests : generateRequests(Math.min(batch, wanted - sent), seed + sent);
      await inParallel(requests.length, atOnce, (index) => tryOne(dispatcher.port, requests[index]!, tally));
      sent += requests.length;
      if (dispatcher.ended) break;
      peakMiB = Math.max(peakMiB, residentMiB(pid));
      if (warmMiB === 0 && sent > batch) warmMiB = residentMiB(pid);
      setting.tell(`bad-inputs: ${sent}, ${Math.round(residentMiB(pid))} MiB`);
    }
    if (dispatcher.ended) tally.problems.push('the process ended');
  } finally {
    await dispatcher.stop();
  }
  const { jobs, jobsWithoutSecret, eventsWithTwoJobs } = await judge(setting.server, namespace, new Map());
  const writes = dispatcher.proxy.count('POST', /\/jobs$/);
  if (writes !== tally.accepted)
    tally.problems.push(`${writes} creates for ${tally.accepted} accepted events`);
  if (peakMiB - warmMiB > growthLimitMiB)
    tally.problems.push(`grew from ${Math.round(warmMiB)} to ${Math.round(peakMiB)} MiB`);
  if (tally.unanswered > 0) tally.problems.push(`${tally.unanswered} requests without an answer`);
  return {
    ...{ ackedButLost: 0, jobsWithoutSecret, eventsWithTwoJobs },
    ...{ faults: 0, events: 0, resets: 0, non2xx: 0 },
    serverErrors: tally.serverErrors,
    problems: tally.problems.slice(-20),
    details: {
      ...{ requests: sent, listed: listedRequests.length, seed },
      ...{ accepted: tally.accepted, jobs, writes },
      statuses: [...tally.statuses]
        .sort(([left], [right]) => left - right)
        .map(([status, count]) => `${status}×${count}`)
        .join(' '),
      warmMiB: Math.round(warmMiB),
      peakMiB: Math.round(peakMiB),
    },
  };
}

async function tryOne(port: number, request: RawRequest, tally: Tally): Promise<void> {
  const { statuses } = await exchangeRaw(port, request);
  for (const status of statuses) {
    tally.answers += 1;
    tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
    if (status === 202) tally.accepted += 1;
    if (status >= 500) {
      tally.serverErrors += 1;
      tally.problems.push(`${status} for ${request.name}`);
    }
  }
  if (statuses.length < request.answers) {
    tally.unanswered += 1;
    tally.problems.push(`${statuses.length} answers for ${request.name}`);
  }
}
