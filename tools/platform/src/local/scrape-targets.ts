// Kept running beside Prometheus: writes down which pods there are to be read, in the form of its file_sd.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { targetsOf, type PodList } from './pod-targets.ts';

const [kubeconfig = '', namespace = '', file = ''] = process.argv.slice(2);

interface Kubeconfig {
  readonly clusters: readonly { cluster: { server: string; 'certificate-authority-data': string } }[];
  readonly users: readonly { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

const { clusters, users } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
const cluster = clusters[0]?.cluster;
const user = users[0]?.user;
const decode = (text = ''): Buffer => Buffer.from(text, 'base64');
const agent = new Agent({
  keepAlive: true,
  ca: decode(cluster?.['certificate-authority-data']),
  cert: decode(user?.['client-certificate-data']),
  key: decode(user?.['client-key-data']),
});
const selector = encodeURIComponent('app.kubernetes.io/part-of=event-sinks');
const url = `${cluster?.server ?? ''}/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`;

function listPods(): Promise<PodList> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, timeout: 5_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(JSON.parse(text) as PodList);
        else reject(new Error(`${response.statusCode ?? 0}: ${text.slice(0, 200)}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', reject);
  });
}

let written = '';
for (;;) {
  try {
    const text = JSON.stringify(targetsOf(await listPods()));
    if (text !== written) {
      writeFileSync(`${file}.half`, text);
      renameSync(`${file}.half`, file);
      written = text;
    }
  } catch (error) {
    // The API server may be starting or being stopped; the last list stands.
    console.error(String(error));
  }
  await sleep(2_000);
}
