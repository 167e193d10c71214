/** Something that a stolen token would be tried for. */
export interface Abuse {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

const core = '/api/v1/namespaces/kube-system';
const users = '/api/v1/namespaces/default';
const batch = '/apis/batch/v1/namespaces/default';
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const admission = '/apis/admissionregistration.k8s.io/v1';
const jobSinks = '/apis/sinks.knative.dev/v1alpha1/namespaces/default/jobsinks';
const kafkaSinks = '/apis/eventing.knative.dev/v1alpha1/namespaces/default/kafkasinks';

const named = (apiVersion: string, kind: string, rest: object = {}): object => ({
  ...{ apiVersion, kind },
  metadata: { name: 'abuse' },
  ...rest,
});

const pod = {
  hostPID: true,
  containers: [{ name: 'main', image: 'example.com/x', securityContext: { privileged: true } }],
};
const template = { metadata: { labels: { a: 'b' } }, spec: pod };
const workload = { selector: { matchLabels: { a: 'b' } }, template };
const everything = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
const toAdmin = {
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
};
const tokenRequest = named('authentication.k8s.io/v1', 'TokenRequest', { spec: {} });

const get = (name: string, path: string): Abuse => ({ name, method: 'GET', path });
const post = (name: string, path: string, body: object): Abuse => ({ name, method: 'POST', path, body });
const patch = (name: string, path: string): Abuse => ({
  ...{ name, method: 'PATCH', path },
  body: { metadata: { labels: { a: 'b' } } },
});
const remove = (name: string, path: string): Abuse => ({ name, method: 'DELETE', path });

/** What neither data plane may do, whatever it was tricked into. */
export const abusesOfAnybody: readonly Abuse[] = [
  get('read a Secret in kube-system', `${core}/secrets/abuse`),
  get('list the Secrets of the cluster', '/api/v1/secrets'),
  get('watch the Secrets of the cluster', '/api/v1/secrets?watch=true'),
  get('list the Secrets of its own namespace', '/api/v1/namespaces/knative-eventing/secrets'),
  patch('change a Secret', `${users}/secrets/abuse`),
  remove('delete a Secret', `${users}/secrets/abuse`),
  get('read a ConfigMap in kube-system', `${core}/configmaps/abuse`),
  get('list the ConfigMaps of its own namespace', '/api/v1/namespaces/knative-eventing/configmaps'),
  post('create a privileged pod', `${core}/pods`, named('v1', 'Pod', { spec: pod })),
  get('list the pods of the cluster', '/api/v1/pods'),
  post('run a command in a pod', `${core}/pods/abuse/exec?command=sh&stdout=true`, {}),
  post('attach to a pod', `${core}/pods/abuse/attach`, {}),
  post('forward a port of a pod', `${core}/pods/abuse/portforward?ports=80`, {}),
  get('read a pod’s log', `${core}/pods/abuse/log`),
  patch('add a debug container to a pod', `${core}/pods/abuse/ephemeralcontainers`),
  post('evict a pod', `${core}/pods/abuse/eviction`, named('policy/v1', 'Eviction')),
  post('mint a token', `${core}/serviceaccounts/default/token`, tokenRequest),
  post(
    'mint a token of the controller',
    '/api/v1/namespaces/knative-eventing/serviceaccounts/event-sinks-controller/token',
    tokenRequest,
  ),
  post('create a service account', `${core}/serviceaccounts`, named('v1', 'ServiceAccount')),
  post(
    'bind cluster-admin',
    `${rbac}/clusterrolebindings`,
    named(`rbac.authorization.k8s.io/v1`, 'ClusterRoleBinding', toAdmin),
  ),
  post(
    'bind cluster-admin in a namespace',
    `${rbac}/namespaces/default/rolebindings`,
    named('rbac.authorization.k8s.io/v1', 'RoleBinding', toAdmin),
  ),
  post(
    'make a role with all rights',
    `${rbac}/clusterroles`,
    named('rbac.authorization.k8s.io/v1', 'ClusterRole', { rules: everything }),
  ),
  patch('widen its own role', `${rbac}/clusterroles/event-sinks-job-sink`),
  post(
    'create a Deployment',
    '/apis/apps/v1/namespaces/default/deployments',
    named('apps/v1', 'Deployment', { spec: workload }),
  ),
  post(
    'create a DaemonSet',
    '/apis/apps/v1/namespaces/default/daemonsets',
    named('apps/v1', 'DaemonSet', { spec: workload }),
  ),
  patch('change its own Deployment', '/apis/apps/v1/namespaces/knative-eventing/deployments/job-sink'),
  post(
    'create a CronJob',
    `${batch}/cronjobs`,
    named('batch/v1', 'CronJob', { spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } } }),
  ),
  get('list the Jobs of the cluster', '/apis/batch/v1/jobs'),
  patch('write a Job’s status', `${batch}/jobs/abuse/status`),
  remove('delete all Jobs of a namespace', `${batch}/jobs`),
  remove('delete a namespace', '/api/v1/namespaces/default'),
  get('list the nodes', '/api/v1/nodes'),
  get('reach a kubelet through a node', '/api/v1/nodes/abuse/proxy/pods'),
  patch('change a node', '/api/v1/nodes/abuse'),
  post('create a PersistentVolume', '/api/v1/persistentvolumes', named('v1', 'PersistentVolume')),
  post(
    'change admission',
    `${admission}/validatingwebhookconfigurations`,
    named('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'),
  ),
  remove(
    'remove the admission policy',
    `${admission}/validatingadmissionpolicies/event-sinks-job-sink-author`,
  ),
  remove(
    'remove the admission policy of KafkaSinks',
    `${admission}/validatingadmissionpolicies/event-sinks-kafka-sink-author`,
  ),
  remove(
    'remove a definition',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/jobsinks.sinks.knative.dev',
  ),
  post(
    'ask for a certificate',
    '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    named('certificates.k8s.io/v1', 'CertificateSigningRequest'),
  ),
  post(
    'hold the controller’s lease',
    '/apis/coordination.k8s.io/v1/namespaces/knative-eventing/leases',
    named('coordination.k8s.io/v1', 'Lease'),
  ),
  post(
    'ask what others may do',
    '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    named('authorization.k8s.io/v1', 'SubjectAccessReview', { spec: { user: 'admin' } }),
  ),
  post('create a JobSink', jobSinks, named('sinks.knative.dev/v1alpha1', 'JobSink')),
  patch('change a JobSink', `${jobSinks}/abuse`),
  patch('write a JobSink’s status', `${jobSinks}/abuse/status`),
  remove('delete a KafkaSink', `${kafkaSinks}/abuse`),
  patch('write a KafkaSink’s status', `${kafkaSinks}/abuse/status`),
];

/** What only the other data plane may do. */
export const abusesOf: Readonly<Record<'job-sink' | 'kafka-sink-ingress', readonly Abuse[]>> = {
  'job-sink': [
    get('list the KafkaSinks', kafkaSinks),
    get('read the Secret it has just made', `${users}/secrets/abuse`),
  ],
  'kafka-sink-ingress': [
    patch('change a Job', `${batch}/jobs/abuse`),
    get('list the JobSinks', jobSinks),
    post('create a Job', `${batch}/jobs`, named('batch/v1', 'Job', { spec: { template } })),
    get('read a Job', `${batch}/jobs/abuse`),
    remove('delete a Job', `${batch}/jobs/abuse`),
    post('create a Secret', `${users}/secrets`, named('v1', 'Secret')),
    get('read a Secret where no KafkaSink names one', `${users}/secrets/abuse`),
  ],
};
