import { jobSinkNameLabel, jobSinkResource } from '@event-sinks/crds';
import { isSwept } from '@event-sinks/job-plan';
import {
  isForbidden,
  jobs,
  listAll,
  NotLeaderError,
  type KubeClient,
  type KubeObject,
} from '@event-sinks/kube';
import type { Clock, Logger, Registry } from '@event-sinks/runtime';
import { JobCounts } from '../domain/job-counts.ts';
import type { JobStates } from '../domain/job-states.ts';
import { isSweepable, pauseAfter } from '../domain/sweep.ts';
import { SweepMemory } from '../domain/sweep-memory.ts';
import type { JobOverview } from './job-overview.ts';
import { sweepJob } from './sweep-job.ts';
import { createSweepMetrics, type SweepMetrics } from './sweep-metrics.ts';

/** What a {@link Sweep} works with. */
export interface SweepOptions {
  readonly client: KubeClient;
  /** Where Jobs are looked after; everywhere when empty. */
  readonly namespaces: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Throws unless this process leads at this moment. */
  readonly fence: () => void;
  /** Milliseconds that a Job may stay without its Secret. */
  readonly ageMs: number;
  /** Milliseconds between the end of a sweep and the next one, at most. */
  readonly intervalMs: number;
  /** Is shown every Job that a sweep lists. */
  readonly overview: JobOverview;
}

/** Looks after Jobs whose sender gave up between the Job and its Secret. */
export interface Sweep {
  /** Sweeps at once and then time and again, until the signal aborts. Never rejects. */
  lead(signal: AbortSignal): Promise<void>;
}

const pageSize = 500;
const atOnce = 8;
const rememberedJobs = 50_000;

/** Such a Job holds pods that wait for a volume that never comes; its event was never acknowledged. */
export function createSweep(options: SweepOptions): Sweep {
  const memory = new SweepMemory(rememberedJobs);
  const context = { ...options, memory, metrics: createSweepMetrics(options.registry) };
  return {
    async lead(signal) {
      while (!signal.aborted) {
        const startedAt = options.clock.monotonic();
        await sweepAll(context, signal);
        const tookMs = options.clock.monotonic() - startedAt;
        await options.clock.sleep(pauseAfter(tookMs, options.intervalMs), signal);
      }
      // The next leader tells of the Jobs from here on.
      context.metrics.found([]);
      options.overview.forget();
    },
  };
}

interface SweepContext extends SweepOptions {
  readonly memory: SweepMemory;
  readonly metrics: SweepMetrics;
}

async function sweepAll(context: SweepContext, signal: AbortSignal): Promise<void> {
  const { namespaces, logger, memory, metrics } = context;
  const failures: unknown[] = [];
  const sinks = await listSinks(context, signal);
  const counts = new JobCounts(sinks ?? []);
  const states = context.overview.begin();
  memory.begin();
  try {
    if (namespaces.length === 0)
      await sweepNamespace(context, undefined, { failures, counts, states, signal });
    for (const namespace of namespaces) {
      const run = { failures, counts, states, signal };
      await sweepNamespace(context, namespace, run).catch(unlessRefused(context, namespace));
    }
    memory.complete();
    // What was found last time is a better answer than none.
    if (sinks !== undefined) metrics.found(counts.all());
    context.overview.complete(states);
    metrics.swept('complete');
  } catch (error) {
    if (signal.aborted || error instanceof NotLeaderError) return;
    // Also a token that expired on the way: what was not reached is met next time.
    metrics.swept('failed');
    logger.warn('The sweep was not completed', { error });
  }
  if (failures.length === 0) return;
  const fields = { jobs: failures.length, error: failures[0] };
  logger.warn('The sweep could not tell whether some Jobs have their event', fields);
}

/** The JobSinks that there are, for the counts alone; undefined where they cannot be read, which stops no sweep. */
async function listSinks(
  { client, namespaces, logger }: SweepContext,
  signal: AbortSignal,
): Promise<readonly KubeObject[] | undefined> {
  const within = namespaces.length === 0 ? [undefined] : namespaces;
  try {
    const lists = within.map((namespace) =>
      listAll(client, jobSinkResource, { namespace, limit: pageSize, signal }).catch((error: unknown) => {
        // Said of its Jobs already.
        if (namespace !== undefined && isForbidden(error)) return { items: [] };
        throw error;
      }),
    );
    return (await Promise.all(lists)).flatMap(({ items }) => items);
  } catch (error) {
    if (!signal.aborted) logger.warn('The sweep could not list the JobSinks to count Jobs by', { error });
    return undefined;
  }
}

interface SweepRun {
  /** Why Jobs could not be told about. */
  readonly failures: unknown[];
  readonly counts: JobCounts;
  readonly states: JobStates;
  readonly signal: AbortSignal;
}

/** Sweeps one namespace, or all of them. */
async function sweepNamespace(
  context: SweepContext,
  namespace: string | undefined,
  run: SweepRun,
): Promise<void> {
  const { signal } = run;
  const labelSelector = jobSinkNameLabel;
  let token: string | undefined;
  do {
    const options = { namespace, labelSelector, limit: pageSize, continue: token, signal };
    const page = await context.client.list(jobs, options);
    run.counts.add(page.items);
    run.states.add(page.items);
    await sweepPage(context, page.items, run);
    token = page.continue;
  } while (token !== undefined);
}

/** A namespace without our Role has nothing that we could remove, and must not keep the others from being swept. */
function unlessRefused({ logger }: SweepContext, namespace: string): (error: unknown) => void {
  return (error) => {
    if (!isForbidden(error)) throw error;
    logger.warn('A watched namespace may not be swept', { namespace, error });
  };
}

async function sweepPage(context: SweepContext, page: readonly KubeObject[], run: SweepRun): Promise<void> {
  const { clock, ageMs, memory } = context;
  const age = { now: clock.now(), ageMs };
  // One iterator for all workers.
  const line = page
    .filter((job) => isSweepable(job, age))
    .filter((job) => isSwept(job) || !memory.recallStored(job.metadata.uid ?? ''))
    .values();
  const work = async (): Promise<void> => {
    for (const job of line) await sweepOne(context, job, run);
  };
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function sweepOne(
  context: SweepContext,
  job: KubeObject,
  { failures, signal }: SweepRun,
): Promise<void> {
  const { metrics } = context;
  signal.throwIfAborted();
  try {
    metrics.checked(await sweepJob(context, job, signal));
  } catch (error) {
    if (signal.aborted || error instanceof NotLeaderError) throw error;
    metrics.checked('unknown');
    failures.push(error);
  }
}
