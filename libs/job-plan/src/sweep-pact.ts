/**
 * How a Job whose event was never stored is removed, and no other. A Job is removed by two: by the dispatcher that
 * made it, when the API server refuses its Secret, and by the sweep of the controller. Neither may read Secrets, and
 * neither waits for a dispatcher that has another copy of the event and stores the Secret for the same Job.
 *
 * Whoever finds a Job that another has made therefore leaves a trace on it before it acknowledges: `stored`, written
 * at the resource version that it has read. Whoever removes a Job first marks it, too, and deletes it at the version
 * of its mark. So of two writes one comes first and the other is refused: either the Job stays and is known to be
 * stored, or it goes and nobody has acknowledged its event. How long anybody pauses in between does not matter.
 *
 * The dispatcher that made the Job leaves no trace, for it would be a third call for every new event. It is told from
 * a dead one by time, see {@link unseenStoreMs}, or by the mark `refused`, with which it says itself that it has not
 * acknowledged.
 */
interface MarkedJob {
  readonly metadata: {
    readonly uid?: string | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
}

/** The annotation of the sweep on a Job that is about to be removed; the value of each mark is the Job's uid. */
export const sweptAnnotation = 'sinks.knative.dev/swept';

/** The annotation of the dispatcher that made the Job, once its Secret was refused. */
export const refusedAnnotation = 'sinks.knative.dev/event-refused';

/** The annotation of a dispatcher that found the Job and knows that its Secret is there. */
export const storedAnnotation = 'sinks.knative.dev/event-stored';

/** Whether the sweep is about to remove the Job. */
export const isSwept = (job: MarkedJob): boolean => hasMark(job, sweptAnnotation);

/** Whether the dispatcher that made the Job has not acknowledged the event, and will not without another look. */
export const isRefused = (job: MarkedJob): boolean => hasMark(job, refusedAnnotation);

/** Whether the Secret of the Job is known to be there. */
export const isStored = (job: MarkedJob): boolean => hasMark(job, storedAnnotation);

/** An annotation that came with the template, or with a copy of another Job, does not have this Job's uid. */
function hasMark({ metadata }: MarkedJob, annotation: string): boolean {
  return metadata.uid !== undefined && metadata.annotations?.[annotation] === metadata.uid;
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

/**
 * So long, in milliseconds from before it made a Job, a dispatcher may mark that Job as `refused`. Longer than the two
 * creates take on an API server that is busy.
 */
export const withdrawMs = 4_000;

/**
 * So long, in milliseconds, a dispatcher waits that found a Job and may not write to it, because of a policy for
 * example, before it reads it again: whoever made the Job has marked it by then, or never will. Shorter than the
 * deadline of a request.
 */
export const withdrawnMs = withdrawMs + 2_000;
