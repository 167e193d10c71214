import type { Abuse } from './abuses.ts';

/** An account whose rights follow the sinks. */
export type SinkAccount = 'event-sinks-controller' | 'job-sink' | 'kafka-sink-ingress';

/**
 * What each account does for sinks, in one namespace. Nothing is stored: what is created is tried only, and what is
 * changed or deleted is not there. It is work in a watched namespace, and an abuse in any other.
 */
export function workIn(namespace: string): Readonly<Record<SinkAccount, readonly Abuse[]>> {
  const at = (group: string, plural: string): string => `/apis/${group}/namespaces/${namespace}/${plural}`;
  const jobs = at('batch/v1', 'jobs');
  const jobSinks = at('sinks.knative.dev/v1alpha1', 'jobsinks');
  const kafkaSinks = at('eventing.knative.dev/v1alpha1', 'kafkasinks');
  const secrets = `/api/v1/namespaces/${namespace}/secrets`;
  return {
    'job-sink': [
      get('list the JobSinks', jobSinks),
      create('create a Job', jobs, job),
      get('find a Job', `${jobs}/none`),
      remove('take back a Job', `${jobs}/none`),
      create('create a Secret', secrets, { apiVersion: 'v1', kind: 'Secret', metadata }),
    ],
    'kafka-sink-ingress': [
      get('list the KafkaSinks', kafkaSinks),
      get('find a KafkaSink', `${kafkaSinks}/none`),
    ],
    'event-sinks-controller': [
      get('list the JobSinks', jobSinks),
      get('list the KafkaSinks', kafkaSinks),
      patch('write the status of a JobSink', `${jobSinks}/none/status`),
      patch('write the status of a KafkaSink', `${kafkaSinks}/none/status`),
      patch('hold back a KafkaSink', `${kafkaSinks}/none`),
      get('list the Jobs', jobs),
      create('try a template', jobs, job),
      patch('mark a Job', `${jobs}/none`),
      remove('sweep a Job', `${jobs}/none`),
      create('ask for a Secret', secrets, { apiVersion: 'v1', kind: 'Secret', metadata }),
      create('tell people', at('events.k8s.io/v1', 'events'), event(namespace)),
      create('bind the right to read Secrets', at(rbac, 'rolebindings'), binding),
      get('know the role that it binds', at(rbac, `roles/${reader}`)),
      patch('name the role as the owner', at(rbac, `rolebindings/${reader}`)),
      remove('take that right away', at(rbac, `rolebindings/${reader}`)),
    ],
  };
}

const metadata = { name: 'none' };
const rbac = 'rbac.authorization.k8s.io/v1';
const reader = 'event-sinks-kafka-sink-secret-reader';
const containers = [{ name: 'main', image: 'example.com/x' }];
const template = { spec: { restartPolicy: 'Never', containers } };
const job = { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template } };
const binding = {
  ...{ apiVersion: rbac, kind: 'RoleBinding', metadata },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: reader },
};
const event = (namespace: string): object => ({
  ...{ apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata },
  eventTime: '2026-01-01T00:00:00.000000Z',
  ...{ action: 'Try', reason: 'Try', type: 'Normal' },
  ...{ reportingController: 'test', reportingInstance: 'test' },
  regarding: { apiVersion: 'v1', kind: 'Pod', namespace, name: 'none' },
});

const get = (name: string, path: string): Abuse => ({ name, method: 'GET', path });
const remove = (name: string, path: string): Abuse => ({ name, method: 'DELETE', path });
const patch = (name: string, path: string): Abuse => ({
  name,
  method: 'PATCH',
  path,
  body: { metadata: {} },
});
const create = (name: string, path: string, body: object): Abuse => ({
  ...{ name, method: 'POST', path: `${path}?dryRun=All`, body },
});
