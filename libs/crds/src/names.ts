/** The label on a Job that carries the name of the JobSink it was made for. */
export const jobSinkNameLabel = 'sinks.knative.dev/job-sink-name';

/** The label on a Job that carries its identity, so that the Job of one event can be found with a selector. */
export const jobSinkIdLabel = 'sinks.knative.dev/job-sink-id';

/** The annotation on a Job that carries the full digest of the event's identity, of which the name holds a part. */
export const eventDigestAnnotation = 'sinks.knative.dev/event-digest';

/** The key in `status.annotations` of a KafkaSink that tells whether the sink created its topic. */
export const topicOwnerAnnotation = 'eventing.knative.dev/topic.owner';

/** The label by which tools, and Knative's aggregated role, find kinds that have an address. */
export const addressableLabel = 'duck.knative.dev/addressable';
