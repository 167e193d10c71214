import { eventIdentityAnnotation, formerIdentityAnnotation } from '@event-sinks/crds';

/** What is looked at of a Job. */
interface IdentifiedJob {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> | undefined };
}

/** The digest of the event that this Job was made for; undefined for a Job that no dispatcher of ours made. */
export function eventDigestOf({ metadata: { annotations } }: IdentifiedJob): string | undefined {
  return annotations?.[eventIdentityAnnotation] ?? annotations?.[formerIdentityAnnotation];
}
