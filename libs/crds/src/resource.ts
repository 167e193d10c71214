/** What it takes to address a kind at the API server. */
export interface SinkResource<Kind extends string = string> {
  readonly group: string;
  readonly version: string;
  /** `group/version`, as objects write it. */
  readonly apiVersion: string;
  readonly kind: Kind;
  /** Knative guesses the plural from the kind, so it cannot be chosen freely. */
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: true;
}

/** Where JobSinks live. */
export const jobSinkResource = {
  group: 'sinks.knative.dev',
  version: 'v1alpha1',
  apiVersion: 'sinks.knative.dev/v1alpha1',
  kind: 'JobSink',
  plural: 'jobsinks',
  singular: 'jobsink',
  namespaced: true,
} as const satisfies SinkResource;

/** Where KafkaSinks live. */
export const kafkaSinkResource = {
  group: 'eventing.knative.dev',
  version: 'v1alpha1',
  apiVersion: 'eventing.knative.dev/v1alpha1',
  kind: 'KafkaSink',
  plural: 'kafkasinks',
  singular: 'kafkasink',
  namespaced: true,
} as const satisfies SinkResource;

/** The kinds this project defines. */
export type SinkKind = typeof jobSinkResource.kind | typeof kafkaSinkResource.kind;
