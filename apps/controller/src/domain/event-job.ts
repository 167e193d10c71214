import { jobSinkIdLabel } from '@event-sinks/crds';
import { eventDigestOf } from '@event-sinks/job-plan';

/** What is looked at of a Job. */
export interface OwnedJob {
  readonly metadata: {
    readonly namespace?: string | undefined;
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>> | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
    readonly ownerReferences?: readonly { readonly uid: string }[] | undefined;
  };
}

/** Made by a dispatcher of ours, and no copy that somebody made of such a Job under another name. */
export function isEventJob(job: OwnedJob): boolean {
  return eventDigestOf(job) !== undefined && job.metadata.labels?.[jobSinkIdLabel] === job.metadata.name;
}
