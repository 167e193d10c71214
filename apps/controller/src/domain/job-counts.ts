import { jobSinkNameLabel } from '@event-sinks/crds';
import { jobOutcome, type JobOutcome } from '@event-sinks/job-plan';
import { isEventJob, type OwnedJob } from './event-job.ts';

/** How many Jobs of one JobSink stand in one way. */
export interface JobCount {
  readonly namespace: string;
  readonly sink: string;
  readonly outcome: JobOutcome;
  readonly jobs: number;
}

/** What is looked at of a JobSink. */
export interface KnownSink {
  readonly metadata: {
    readonly namespace?: string | undefined;
    readonly name: string;
    readonly uid?: string | undefined;
  };
}

/**
 * Counts the Jobs of a sweep, page by page, so that no page has to be kept. Only Jobs that a dispatcher made for a
 * JobSink that is there count: whoever may make Jobs could name as many sinks as they like.
 */
export class JobCounts {
  readonly #sinks: ReadonlySet<string>;
  readonly #counts = new Map<string, { -readonly [Key in keyof JobCount]: JobCount[Key] }>();

  constructor(sinks: readonly KnownSink[]) {
    this.#sinks = new Set(
      sinks.map(({ metadata: { namespace = '', name, uid = '' } }) => `${namespace}/${name}/${uid}`),
    );
  }

  add(jobs: readonly OwnedJob[]): void {
    for (const job of jobs) {
      const { namespace = '', labels = {} } = job.metadata;
      const sink = labels[jobSinkNameLabel] ?? '';
      if (!this.#isOf(job, `${namespace}/${sink}`)) continue;
      const outcome = jobOutcome({ ...job });
      const key = `${namespace}/${sink}/${outcome}`;
      const count = this.#counts.get(key);
      if (count === undefined) this.#counts.set(key, { namespace, sink, outcome, jobs: 1 });
      else count.jobs += 1;
    }
  }

  all(): readonly JobCount[] {
    return [...this.#counts.values()];
  }

  #isOf(job: OwnedJob, sink: string): boolean {
    const owners = job.metadata.ownerReferences ?? [];
    return isEventJob(job) && owners.some(({ uid }) => this.#sinks.has(`${sink}/${uid}`));
  }
}
