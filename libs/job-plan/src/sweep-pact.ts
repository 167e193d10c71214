/**
 * What the dispatcher and the sweep of the controller have agreed on, so that no event is acknowledged whose Job
 * the sweep then removes. Neither may read Secrets, and neither waits for the other.
 *
 * The sweep first marks the Job, then looks whether the Secret is there, and only then deletes. A dispatcher that
 * has not just made the Job itself first stores the Secret, then reads the Job, and only then acknowledges. Each
 * writes before it reads, and the API server puts all four in one order. So either the mark came before the
 * dispatcher's read, which sees it and does not acknowledge, or the Secret came before the sweep's look, which
 * sees it and does not delete. How long either of them pauses in between does not matter.
 */
interface SweptJob {
  readonly metadata: {
    readonly uid?: string | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
}

/** The annotation that marks a Job that is about to be removed; its value is the Job's uid. */
export const sweptAnnotation = 'sinks.knative.dev/swept';

/**
 * Whether the Job is about to be removed. An annotation that came with the template, or with a copy of another
 * Job, does not have this Job's uid and means nothing.
 */
export function isSwept({ metadata }: SweptJob): boolean {
  return metadata.uid !== undefined && metadata.annotations?.[sweptAnnotation] === metadata.uid;
}

/**
 * So long, in milliseconds, a dispatcher that made the Job itself may take to store the Secret and acknowledge
 * without reading the Job again. It saves the third call for every event that is new.
 */
export const unseenStoreMs = 30_000;

/**
 * So long, in milliseconds on its own clock, the sweep must have known a Job without a Secret before it marks it.
 * Twice {@link unseenStoreMs}: whoever made the Job has finished by then, or reads it again. Ages from the API
 * server's time stamps would not do for this, since clocks may be set wrong.
 */
export const knownMissingMs = 60_000;
