import type { TestCluster } from './test-cluster.ts';

/** One event that the adapter posted, as it tells it in its log. */
export interface PostedEvent {
  readonly id: string;
  readonly type: string;
  /** Of the Kubernetes object. */
  readonly name: string;
  /** The sink's answer. */
  readonly status: number;
}

/*
 * Runs in a pod, as text: it may use nothing from here but its environment. It watches Kubernetes Events with the
 * rights of its service account and posts each change as the adapter of Knative's ApiServerSource does in the mode
 * Resource: in binary mode, with the API server's URL as source, a subject that begins with /apis also for the core
 * group, four extensions about the object, and the object as data.
 */
const script = `
import { readFileSync } from 'node:fs';
const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port, K_SINK, NAMESPACE, LAST } = process.env;
const source = 'https://' + host + ':' + port;
const token = readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/token', 'utf8');
const types = { ADDED: 'add', MODIFIED: 'update', DELETED: 'delete' };
const post = async (change, object) => {
  const { name, namespace } = object.metadata;
  const id = crypto.randomUUID();
  const type = 'dev.knative.apiserver.resource.' + types[change];
  const headers = {
    'content-type': 'application/json', 'ce-specversion': '1.0', 'ce-id': id, 'ce-type': type, 'ce-source': source,
    'ce-subject': '/apis/' + object.apiVersion + '/namespaces/' + namespace + '/events/' + name,
    'ce-time': new Date().toISOString(),
    'ce-apiversion': object.apiVersion, 'ce-kind': object.kind, 'ce-name': name, 'ce-namespace': namespace,
  };
  const { status } = await fetch(K_SINK, { method: 'POST', headers, body: JSON.stringify(object) });
  console.log(JSON.stringify({ id, type, name, status }));
  if (change === 'DELETED' && name === LAST) process.exit(0);
};
const watch = await fetch(source + '/api/v1/namespaces/' + NAMESPACE + '/events?watch=1&timeoutSeconds=60', {
  headers: { authorization: 'Bearer ' + token },
});
if (watch.status !== 200) throw new Error('the watch is refused: ' + (await watch.text()));
let text = '';
for await (const bytes of watch.body.pipeThrough(new TextDecoderStream())) {
  const lines = (text + bytes).split('\\n');
  text = lines.pop();
  for (const line of lines) {
    const { type, object } = JSON.parse(line);
    await post(type, object);
  }
}
throw new Error('the watch ended before ' + LAST + ' was deleted');
`;

/** How {@link startApiServerAdapter} is set up. */
export interface AdapterOptions {
  readonly name: string;
  readonly serviceAccount: string;
  /** The sink's address. */
  readonly sink: string;
  /** It ends when the Kubernetes Event of this name has been deleted, and that is posted. */
  readonly last: string;
}

/** Starts what an ApiServerSource of Kubernetes Events would start, as a pod. */
export async function startApiServerAdapter(
  target: TestCluster,
  { name, serviceAccount, sink, last }: AdapterOptions,
): Promise<void> {
  const env = {
    ...{ K_SINK: sink, NAMESPACE: target.namespace, LAST: last },
    NODE_EXTRA_CA_CERTS: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
  };
  const container = {
    name: 'adapter',
    image: await target.cluster.appBaseImage(),
    args: ['--input-type=module', '-e', script],
    env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
  };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      ...{ serviceAccountName: serviceAccount, restartPolicy: 'Never', terminationGracePeriodSeconds: 0 },
      containers: [container],
    },
  };
  await target.kubectl(['apply', '-f', '-'], JSON.stringify(pod));
}

/** What the adapter has posted so far, in that order. */
export async function postedBy(target: TestCluster, name: string): Promise<PostedEvent[]> {
  const { stdout } = await target.tryKubectl(['logs', name]);
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as PostedEvent);
}
