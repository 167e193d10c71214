import { jobSinkNameLabel } from '@event-sinks/crds';
import { jobOutcome, type JobOutcome } from '@event-sinks/job-plan';

/** How many Jobs of one JobSink stand in one way. */
export interface JobCount {
  readonly namespace: string;
  readonly sink: string;
  readonly outcome: JobOutcome;
  readonly jobs: number;
}

/** What is looked at of a Job. */
export interface CountedJob {
  readonly metadata: {
    readonly namespace?: string | undefined;
    readonly labels?: Readonly<Record<string, string>> | undefined;
  };
}

/** Counts the Jobs of a sweep, page by page, so that no page has to be kept. */
export class JobCounts {
  readonly #counts = new Map<string, { -readonly [Key in keyof JobCount]: JobCount[Key] }>();

  add(jobs: readonly CountedJob[]): void {
    for (const job of jobs) {
      const { namespace = '', labels = {} } = job.metadata;
      const sink = labels[jobSinkNameLabel] ?? '';
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
}
