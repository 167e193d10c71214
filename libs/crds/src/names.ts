/** The label on a Job that carries the name of the JobSink it was made for. */
export const jobSinkNameLabel = 'sinks.knative.dev/job-sink-name';

/** The label on a Job that carries its identity, so that the Job of one event can be found with a selector. */
export const jobSinkIdLabel = 'sinks.knative.dev/job-sink-id';

/** The annotation on a Job that carries the full digest of the event's identity, of which the name holds a part. */
export const eventIdentityAnnotation = 'sinks.knative.dev/event-identity';

/**
 * The same on Jobs of releases up to 0.2.0, whose Secret has the Job's own name. A key of its own, so that programs of
 * those releases, which look for a Secret of that name, leave newer Jobs alone.
 */
export const formerIdentityAnnotation = 'sinks.knative.dev/event-digest';

/** Annotations on a Job for people and consoles, which may list Jobs and not read Secrets; cut and escaped. */
export const eventAnnotations = {
  source: 'sinks.knative.dev/event-source',
  id: 'sinks.knative.dev/event-id',
  type: 'sinks.knative.dev/event-type',
  time: 'sinks.knative.dev/event-time',
} as const;

/** The key in `status.annotations` of a KafkaSink that tells whether the sink created its topic. */
export const topicOwnerAnnotation = 'eventing.knative.dev/topic.owner';

/**
 * The key in `status.annotations` of a KafkaSink under which the controller keeps what it knows about who created the
 * topic: `intended/<uid>`, `created/<uid>/<topic id>` or `external/<uid>`, with the uid of the sink.
 */
export const topicClaimAnnotation = 'eventing.knative.dev/topic.claim';

/**
 * The key in `status.annotations` of a KafkaSink under which the controller keeps the id that Kafka has given to the
 * topic: `<uid>/<digest of bootstrapServers>/<topic id>`. Two sinks with the same id write to the same topic.
 */
export const topicIdAnnotation = 'eventing.knative.dev/topic.id';

/**
 * Holds a KafkaSink back until a topic that it created is deleted, or given up. The name that Knative's own controller
 * uses, so that sinks which have it from there can be deleted here.
 */
export const kafkaSinkFinalizer = 'kafkasinks.eventing.knative.dev';

/**
 * The header by which a data plane tells the controller, in its answer to a probe, what became of the last event for a
 * sink: `<outcome>;ago=<ms>;since=<ms>`, where the outcome is `Stored` or the `Reason` of the refusal.
 */
export const lastOutcomeHeader = 'K-Sink-Last-Outcome';

/** The label by which tools, and Knative's aggregated role, find kinds that have an address. */
export const addressableLabel = 'duck.knative.dev/addressable';
