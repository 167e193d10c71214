import { isDeepStrictEqual } from 'node:util';
import { gauge, type Clock, type Registry } from '@event-sinks/runtime';
import { JobStates, noJobs, type SinkJobs } from '../domain/job-states.ts';

/** How the Jobs of each JobSink stood when all Jobs were last listed. */
export interface JobOverview {
  /** Begins to count; the count is taken over by {@link complete}. */
  begin(): JobStates;
  complete(states: JobStates): void;
  /** Somebody else counts from here on. */
  forget(): void;
  /** Undefined before the first complete count. */
  of(sink: CountedSink): SinkJobs | undefined;
}

/** The JobSink that is asked about. */
export interface CountedSink {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What a {@link JobOverview} works with. */
export interface JobOverviewOptions {
  readonly clock: Clock;
  readonly registry: Registry;
  /** Milliseconds that a Job may be without a running pod. */
  readonly startTimeoutMs: number;
  /** The JobSinks that exist, by uid; undefined where they are not watched. */
  readonly known: () => ReadonlySet<string> | undefined;
  /** The Jobs of this sink stand differently now. */
  readonly wake: (sink: { readonly namespace: string; readonly name: string }) => void;
}

/** Without a watch of JobSinks anybody who can create Jobs could make up names, so only so many are told of. */
const mostSeries = 1_000;

/** Keeps one record a JobSink, and tells of waiting Jobs in metrics. */
export function createJobOverview(options: JobOverviewOptions): JobOverview {
  let counts: ReadonlyMap<string, SinkJobs> | undefined;
  const waiting = gauge(options.registry, 'event_sinks_jobs_waiting');
  const tell = (all: ReadonlyMap<string, SinkJobs>): void => {
    waiting.reset();
    const known = options.known();
    const told = [...all]
      .filter(([uid, jobs]) => jobs.waiting > 0 && known?.has(uid) !== false)
      .slice(0, mostSeries);
    for (const [, { namespace, sink, waiting: jobs }] of told)
      waiting.set({ kn_sink_namespace: namespace, kn_sink_name: sink }, jobs);
  };
  return {
    begin: () => new JobStates({ now: options.clock.now(), startTimeoutMs: options.startTimeoutMs }),
    complete(states) {
      const before = counts;
      counts = states.all();
      tell(counts);
      for (const jobs of changed(before, counts))
        options.wake({ namespace: jobs.namespace, name: jobs.sink });
    },
    forget() {
      counts = undefined;
      waiting.reset();
    },
    of({ namespace, name, uid }) {
      return counts === undefined ? undefined : (counts.get(uid) ?? { namespace, sink: name, ...noJobs });
    },
  };
}

function changed(
  before: ReadonlyMap<string, SinkJobs> | undefined,
  after: ReadonlyMap<string, SinkJobs>,
): SinkJobs[] {
  if (before === undefined) return [...after.values()];
  const uids = new Set([...before.keys(), ...after.keys()]);
  return [...uids].flatMap((uid) => {
    const [was, is] = [before.get(uid), after.get(uid)];
    return isDeepStrictEqual(was, is) ? [] : (is ?? was ?? []);
  });
}
