import { encodeEventJson, type CloudEvent } from '@event-sinks/cloudevents';
import {
  eventIdentityAnnotation,
  jobSinkIdLabel,
  jobSinkNameLabel,
  jobSinkResource,
  type JobSink,
} from '@event-sinks/crds';
import { SinkError } from '@event-sinks/errors';
import { annotationsOf } from './event-annotations.ts';
import { eventFile, withEventMounted, type PodTemplate } from './event-mount.ts';
import { identify, type JobIdentity } from './job-name.ts';
import { newSecretName } from './secret-name.ts';

/** The Job for one event, and the means to tell whether an existing Job of that name is this event's. */
export interface DispatchPlan extends JobIdentity {
  readonly namespace: string;
  readonly jobSinkUid: string;
  /** The name of the Secret that {@link job} mounts; a Job that is there already has another one. */
  readonly secretName: string;
  /** @throws SinkError `JobTemplateRefused` when the template names another namespace. */
  readonly job: () => Manifest;
  /** The Secret with the event, for a Job that is there. */
  readonly secretFor: (job: SecretOwner) => Manifest;
}

/** The Job that a Secret is made for. */
export interface SecretOwner {
  readonly uid: string;
  /** From the Job's template. */
  readonly secretName: string;
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
 * @param random `secretNameBytes` of them, which were never used before.
 * @throws SinkError `EventTooLarge` when the event, written as JSON, does not fit into a Secret.
 */
export function planDispatch(jobSink: JobSink, event: CloudEvent, random: Uint8Array): DispatchPlan {
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
  const { jobName, digest } = identity;
  const secretName = newSecretName(jobName, random);
  const annotations = { ...annotationsOf(event), [eventIdentityAnnotation]: digest };
  return {
    ...identity,
    namespace,
    jobSinkUid: uid,
    secretName,
    job: () => jobManifest(jobSink, { name: jobName, labels, annotations, secretName }),
    secretFor: (job) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: job.secretName,
        namespace,
        labels,
        ownerReferences: [ownedBy({ apiVersion: 'batch/v1', kind: 'Job', name: jobName, uid: job.uid })],
      },
      immutable: true,
      type: 'Opaque',
      data: { [eventFile]: file.toString('base64') },
    }),
  };
}

/** What the Job of an event has beyond the template. */
interface OurParts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string | undefined>>;
  readonly secretName: string;
}

function jobManifest(jobSink: JobSink, ours: OurParts): Manifest {
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
      name: ours.name,
      namespace,
      labels: { ...given.labels, ...ours.labels },
      annotations: { ...given.annotations, ...ours.annotations },
      ownerReferences: [
        ...[given.ownerReferences ?? []].flat(),
        ownedBy({ apiVersion: jobSinkResource.apiVersion, kind: jobSinkResource.kind, name, uid }),
      ],
    },
    spec: { ...template.spec, template: withEventMounted(template.spec.template, ours.secretName) },
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
