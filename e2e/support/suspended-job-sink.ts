/** A JobSink whose Jobs hold their events and run nothing. */
export function suspendedJobSink(name: string): object {
  const container = { name: 'main', image: 'docker.io/library/bash:5' };
  const template = { spec: { restartPolicy: 'Never', containers: [container] } };
  return {
    ...{ apiVersion: 'sinks.knative.dev/v1alpha1', kind: 'JobSink', metadata: { name } },
    spec: { job: { spec: { suspend: true, template } } },
  };
}
