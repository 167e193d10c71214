import { encodeEventJson, type CloudEvent } from '@event-sinks/cloudevents';
import {
  eventDigestAnnotation,
  jobSinkIdLabel,
  jobSinkNameLabel,
  jobSinkResource,
  type JobSink,
} from '@event-sinks/crds';
import { SinkError } from '@event-sinks/errors';
import { eventFile, withEventMounted, type PodTemplate } from './event-mount.ts';
import { identify, type JobIdentity } from './job-name.ts';

/** The Job for one event, and the means to tell whether an existing Job of that name is this event's. */
export interface DispatchPlan extends JobIdentity {
  readonly namespace: string;
  readonly jobSinkUid: string;
  readonly job: Manifest;
  /** The Secret with the event, owned by the Job with this uid. */
  readonly secretFor: (jobUid: string) => Manifest;
}

/** An object as it is sent to the API server. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
}

/** The API server takes at most this much in a Secret (`MaxSecretSize`, k8s.io/api/core/v1). */
export const maxEventFileBytes = 1024 * 1024;

/**
 * Decides what an event becomes. Everything that can be wrong with the event is found here, before the first
 * write.
 * @throws SinkError `EventTooLarge` when the event, written as JSON, does not fit into a Secret;
 * `JobTemplateRefused` when the template names another namespace.
 */
export function planDispatch(jobSink: JobSink, event: CloudEvent): DispatchPlan {
  const file = encodeEventJson(event);
  if (file.length > maxEventFileBytes) {
    throw new SinkError('EventTooLarge', {
      facts: { problem: 'eventFileTooLarge', limit: maxEventFileBytes },
    });
  }
  const { name, namespace, uid } = jobSink.metadata;
  const errorDestination = event.extensions.get('knativeerrordest')?.toString();
  const identity = identify(name, { jobSinkUid: uid, source: event.source, id: event.id, errorDestination });
  const labels = { [jobSinkNameLabel]: name, [jobSinkIdLabel]: identity.jobName };
  return {
    ...identity,
    namespace,
    jobSinkUid: uid,
    job: jobManifest(jobSink, identity, labels),
    secretFor: (jobUid) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: identity.jobName,
        namespace,
        labels,
        ownerReferences: [
          ownedBy({ apiVersion: 'batch/v1', kind: 'Job', name: identity.jobName, uid: jobUid }),
        ],
      },
      immutable: true,
      type: 'Opaque',
      data: { [eventFile]: file.toString('base64') },
    }),
  };
}

function jobManifest(
  jobSink: JobSink,
  { jobName, digest }: JobIdentity,
  labels: Record<string, string>,
): Manifest {
  const { name, namespace, uid } = jobSink.metadata;
  const template = jobSink.spec.job as JobTemplate;
  const given = template.metadata ?? {};
  // Our own rights reach into every namespace, and whoever may make JobSinks here need not have any there.
  if ((given.namespace ?? namespace) !== namespace) {
    throw new SinkError('JobTemplateRefused', { detail: 'spec.job.metadata.namespace is not the JobSink’s' });
  }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...(given.finalizers && { finalizers: given.finalizers }),
      name: jobName,
      namespace,
      labels: { ...given.labels, ...labels },
      annotations: { ...given.annotations, [eventDigestAnnotation]: digest },
      ownerReferences: [
        ...[given.ownerReferences ?? []].flat(),
        ownedBy({ apiVersion: jobSinkResource.apiVersion, kind: jobSinkResource.kind, name, uid }),
      ],
    },
    spec: { ...template.spec, template: withEventMounted(template.spec.template, jobName) },
  };
}

interface JobTemplate {
  readonly metadata?: {
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly ownerReferences?: readonly object[];
  };
  readonly spec: { readonly template: PodTemplate; readonly [key: string]: unknown };
}

/**
 * `blockOwnerDeletion` stays false: where OwnerReferencesPermissionEnforcement is on, true would ask for the
 * right to update finalizers of JobSinks.
 */
function ownedBy(owner: { apiVersion: string; kind: string; name: string; uid: string }): object {
  return { ...owner, controller: true, blockOwnerDeletion: false };
}
