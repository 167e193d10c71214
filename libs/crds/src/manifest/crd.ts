import type { z } from 'zod';
import { addressableLabel } from '../names.ts';
import { jobSinkResource, kafkaSinkResource, type SinkKind, type SinkResource } from '../resource.ts';
import { jobSinkSchema } from '../schema/job-sink.ts';
import { kafkaSinkSchema } from '../schema/kafka-sink.ts';
import type { CustomResourceDefinition, PrinterColumn } from './crd-types.ts';
import { rootSchema } from './root-schema.ts';

interface SinkDefinition {
  readonly resource: SinkResource;
  readonly schema: z.ZodType;
  readonly categories: readonly string[];
  readonly extraColumns: readonly PrinterColumn[];
}

/** Shown by -o wide. */
function jobColumn(name: string, state: string): PrinterColumn {
  const jsonPath = `.status.job.${name.toLowerCase()}`;
  return { name, type: 'integer', jsonPath, description: `Jobs that exist and ${state}.`, priority: 1 };
}

const definitions: Readonly<Record<SinkKind, SinkDefinition>> = {
  JobSink: {
    resource: jobSinkResource,
    schema: jobSinkSchema,
    categories: ['all', 'knative', 'eventing', 'sink'],
    extraColumns: [
      jobColumn('Active', 'have not finished'),
      jobColumn('Succeeded', 'are complete'),
      jobColumn('Failed', 'failed'),
    ],
  },
  KafkaSink: {
    resource: kafkaSinkResource,
    schema: kafkaSinkSchema,
    categories: ['all', 'knative', 'eventing', 'sink'],
    extraColumns: [
      {
        name: 'Topic',
        type: 'string',
        jsonPath: '.spec.topic',
        description: 'The topic that events are written to.',
        priority: 1,
      },
    ],
  },
};

/** Knative’s order: Ready and Reason stand rightmost, where the eye looks for them. */
const sinkColumns: readonly PrinterColumn[] = [
  { name: 'URL', type: 'string', jsonPath: '.status.address.url', description: 'Where to post events.' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Time since creation.' },
  {
    name: 'Ready',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    description: 'Whether events are taken now.',
  },
  {
    name: 'Reason',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
    description: 'Why not, in a word.',
  },
];

/** The CustomResourceDefinition of a kind, made anew from its schema on each call. */
export function crdManifest(kind: SinkKind): CustomResourceDefinition {
  const { resource, schema, categories, extraColumns } = definitions[kind];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${resource.plural}.${resource.group}`,
      labels: {
        'app.kubernetes.io/part-of': 'event-sinks',
        [addressableLabel]: 'true',
        'knative.dev/crd-install': 'true',
      },
    },
    spec: {
      group: resource.group,
      scope: 'Namespaced',
      names: {
        kind: resource.kind,
        listKind: `${resource.kind}List`,
        plural: resource.plural,
        singular: resource.singular,
        categories,
      },
      versions: [
        {
          name: resource.version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [...sinkColumns, ...extraColumns],
          schema: { openAPIV3Schema: rootSchema(schema) },
        },
      ],
    },
  };
}

/** Every CRD of this project. */
export const crds: readonly CustomResourceDefinition[] = [crdManifest('JobSink'), crdManifest('KafkaSink')];
