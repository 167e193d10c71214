import type { TestCluster } from './test-cluster.ts';

/** A Job that a JobSink made, and the event that it was made for. */
export interface JobRun {
  readonly job: string;
  /** The event file, as the Secret holds it. */
  readonly file: string;
  readonly event: Readonly<Record<string, unknown>>;
}

/** The parts of a Job that tests look at. */
export interface JobObject {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly suspend?: boolean; readonly ttlSecondsAfterFinished?: number };
  readonly status: {
    readonly succeeded?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** The Secret of an event, which its Job owns. */
interface EventSecret {
  readonly metadata: { readonly ownerReferences: readonly [{ readonly name: string }] };
  readonly data: { readonly event: string };
}

/** kubectl's arguments for all that belongs to a JobSink. */
export const ofSink = (sink: string): [string, string] => ['-l', `sinks.knative.dev/job-sink-name=${sink}`];

/** kubectl's arguments for the pods of a Job. */
export const podsOf = (job: string): [string, string] => ['-l', `batch.kubernetes.io/job-name=${job}`];

/** The JobSink's Jobs with their events. */
export async function runsOf(target: TestCluster, sink: string): Promise<JobRun[]> {
  const { items } = await target.get<{ items: EventSecret[] }>(['secrets', ...ofSink(sink)]);
  return items.map(({ metadata, data }) => {
    const file = Buffer.from(data.event, 'base64').toString();
    const [owner] = metadata.ownerReferences;
    return { job: owner.name, file, event: JSON.parse(file) as Record<string, unknown> };
  });
}

/** The run of a JobSink that has had one event. @throws Error when there is another number of runs. */
export async function onlyRunOf(target: TestCluster, sink: string): Promise<JobRun> {
  const [run, ...others] = await runsOf(target, sink);
  if (run === undefined || others.length > 0)
    throw new Error(`${sink} has ${others.length + (run ? 1 : 0)} Jobs`);
  return run;
}

/** Waits until a Job has a condition, such as `Complete`. */
export async function waitForJob(target: TestCluster, job: string, condition: string): Promise<JobObject> {
  await target.kubectl(['wait', `--for=condition=${condition}`, '--timeout=120s', `job/${job}`]);
  return await target.get<JobObject>(['job', job]);
}
