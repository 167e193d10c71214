import { z } from 'zod';
import { jobSinkResource } from '../resource.ts';
import { celRules, keepUnknownFields, openObject, whenCreated } from './building-blocks.ts';
import { objectMetaSchema } from './object-meta.ts';
import { sinkStatusDescription, sinkStatusFields } from './status.ts';

const podTemplateSchema = z.looseObject({}).meta({
  ...keepUnknownFields,
  description:
    'The pod that runs for an event, as in batch/v1. Must be given. "kubectl explain job.spec.template" explains its fields.',
});

const jobSpecSchema = z.looseObject({ template: podTemplateSchema }).meta({
  ...keepUnknownFields,
  // Asked for by a rule on spec.job instead, whose message says what to write.
  required: [],
  description:
    'The spec of a batch/v1 Job, passed through as it is. Must be given. "kubectl explain job.spec" explains its fields.',
});

const jobMetadataSchema = z
  .looseObject({
    namespace: z.string().optional().meta({
      description: 'Best left out: a Job runs in the namespace of its JobSink, and no other is taken.',
    }),
  })
  .meta({
    ...keepUnknownFields,
    description:
      'Labels and annotations for the Jobs. A name is not used: each event gives its Job a name. ' +
      '"kubectl explain job.metadata" explains its fields.',
  });

/**
 * Only what our own rules or readers touch is declared; the rest of the Job is kept unseen, so that a field
 * of a newer Kubernetes passes without a new CRD. The API server judges it when the sink is admitted.
 */
const jobTemplateSchema = z
  .looseObject({
    apiVersion: z.literal('batch/v1').optional().meta({ description: 'May be left out; batch/v1 if given.' }),
    kind: z.literal('Job').optional().meta({ description: 'May be left out; Job if given.' }),
    metadata: jobMetadataSchema.optional(),
    spec: jobSpecSchema,
  })
  .meta({
    ...keepUnknownFields,
    required: [],
    ...celRules(
      {
        rule: 'has(self.spec)',
        message: 'spec.job.spec is missing; write the spec of a batch/v1 Job, with a pod template, there',
        fieldPath: '.spec',
        reason: 'FieldValueRequired',
      },
      {
        rule: '!has(self.spec) || has(self.spec.template)',
        message: 'spec.job.spec.template is missing; write the pod template of the Job there, as in batch/v1',
        fieldPath: '.spec.template',
        reason: 'FieldValueRequired',
      },
    ),
    description:
      'The Job to make for each event: a whole batch/v1 Job, in which every field of Kubernetes may be used. ' +
      'The event is added to it as the volume jobsink-event. "kubectl explain job" explains its fields.',
  });

const jobSinkSpecSchema = openObject({ job: jobTemplateSchema }).meta({
  description: 'What to run for an event.',
});

const jobCount = (description: string) => z.int32().min(0).optional().meta({ format: 'int32', description });

const jobSinkStatusSchema = openObject({
  ...sinkStatusFields,
  job: openObject({
    selector: z.string().optional().meta({
      description: 'A label selector that finds every Job of this sink, fit for kubectl get jobs -l.',
    }),
    active: jobCount('Jobs of this sink that have not finished.'),
    succeeded: jobCount('Jobs of this sink that are complete and still exist.'),
    failed: jobCount('Jobs of this sink that failed and still exist.'),
  })
    .optional()
    .meta({ description: 'The Jobs that were made: how to find them, and how many of them exist.' }),
}).meta({ description: sinkStatusDescription });

/** The one source for the type, the run-time check and the CRD of JobSink. */
export const jobSinkSchema = openObject({
  apiVersion: z.literal(jobSinkResource.apiVersion),
  kind: z.literal(jobSinkResource.kind),
  metadata: objectMetaSchema,
  spec: jobSinkSpecSchema,
  status: jobSinkStatusSchema.optional(),
}).meta({
  description: 'A JobSink starts a Kubernetes Job for each event it is sent.',
  ...celRules(
    whenCreated({
      // The name becomes a label value of every Job.
      rule: 'self.metadata.name.size() <= 63',
      message: 'metadata.name is longer than 63 characters; choose a shorter one, for it labels every Job',
      fieldPath: '.metadata.name',
    }),
  ),
});

/** A JobSink as the API server hands it out. */
export type JobSink = z.output<typeof jobSinkSchema>;

/** What a JobSink asks for. */
export type JobSinkSpec = JobSink['spec'];

/** The status of a JobSink. */
export type JobSinkStatus = z.output<typeof jobSinkStatusSchema>;

/** The template in `spec.job`; beyond the declared fields it is whatever the user wrote. */
export type JobTemplate = z.output<typeof jobTemplateSchema>;
