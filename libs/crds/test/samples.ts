import { jobSinkResource, kafkaSinkResource } from '../src/index.ts';

/** Any object, as it is before the API server has judged it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** The smallest `spec.job` that is a whole Job. */
export const smallestJob = {
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'bash:5' }] } } },
};

/** A JobSink with any spec, valid or not. */
export function jobSink(spec: unknown = { job: smallestJob }, name = 'sample'): Manifest {
  const metadata = { name, namespace: 'default' };
  return { apiVersion: jobSinkResource.apiVersion, kind: 'JobSink', metadata, spec };
}

/** A JobSink whose `spec.job` is anything. */
export function jobSinkOf(job: unknown): Manifest {
  return jobSink({ job });
}

/** A valid KafkaSink with members of its spec replaced; those that are undefined are left out. */
export function kafkaSink(changes: object = {}, name = 'sample'): Manifest {
  const metadata = { name, namespace: 'default' };
  const spec = { topic: 'orders', bootstrapServers: ['kafka:9092'], ...changes };
  return { apiVersion: kafkaSinkResource.apiVersion, kind: 'KafkaSink', metadata, spec };
}
