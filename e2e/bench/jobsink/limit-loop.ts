import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { randomBytes } from 'node:crypto';
import { residentMiB, timeOperations } from '../measure.ts';

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
  }[];
  readonly users: readonly {
    readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string };
  }[];
}

interface Task {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly count: number;
  readonly inFlight: number;
}

const { kubeconfig, namespace, count, inFlight } = JSON.parse(process.argv[2] ?? '') as Task;
const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
const cluster = config.clusters[0]!.cluster;
const user = config.users[0]!.user;
const pem = (text: string): Buffer => Buffer.from(text, 'base64');
const agent = new Agent({
  keepAlive: true,
  maxSockets: inFlight,
  ca: pem(cluster['certificate-authority-data']),
  cert: pem(user['client-certificate-data']),
  key: pem(user['client-key-data']),
});
const warmUp = 200;
const run = randomBytes(4).toString('hex');
const data = Buffer.from(JSON.stringify({ specversion: '1.0', id: run, data: 'x'.repeat(1024) })).toString(
  'base64',
);

function create(path: string, object: object): Promise<{ metadata: { uid: string } }> {
  const body = JSON.stringify(object);
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request(`${cluster.server}${path}`, { agent, method: 'POST', headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (answer.statusCode === 201) resolve(JSON.parse(text) as { metadata: { uid: string } });
        else reject(new Error(text));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function oneEvent(index: number): Promise<void> {
  const name = `limit-${run}-${index}`;
  const volumes = [{ name: 'event', secret: { secretName: name } }];
  const containers = [
    {
      name: 'main',
      image: 'docker.io/library/bash:5',
      volumeMounts: [{ name: 'event', mountPath: '/event' }],
    },
  ];
  const job = await create(`/apis/batch/v1/namespaces/${namespace}/jobs`, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers, volumes } } },
  });
  await create(`/api/v1/namespaces/${namespace}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid: job.metadata.uid }],
    },
    immutable: true,
    data: { event: data },
  });
}

// As warm as a dispatcher that runs for a while.
await timeOperations(warmUp, Math.min(inFlight, 16), (index) => oneEvent(count + index));
const before = process.cpuUsage();
const timing = await timeOperations(count, inFlight, oneEvent);
const used = process.cpuUsage(before);
console.log(
  JSON.stringify({
    ...timing,
    operations: warmUp + count,
    cpuMicrosPerEvent: (used.user + used.system) / count,
    rssMiB: residentMiB(process.pid),
  }),
);
agent.destroy();
