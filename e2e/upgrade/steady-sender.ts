import type { TestCluster } from '../support/test-cluster.ts';

/** Events that are sent at an even pace, whether those before them are answered or not. */
export interface Stream {
  readonly url: string;
  /** The id of each event is `<prefix>-<number>`, from 0 on. */
  readonly prefix: string;
  readonly perSecond: number;
  /** Whether connections are used again, as Knative's senders do; otherwise each event has one of its own. */
  readonly keepsConnections: boolean;
}

/** What became of a stream's events. */
export interface StreamReport {
  readonly sent: number;
  readonly seconds: number;
  /** How often each status came, with the reason where one is given. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests without an answer, by the code of the error: a reset connection is one. */
  readonly failures: Readonly<Record<string, number>>;
  /** When which event was not taken. */
  readonly troubles: readonly string[];
}

/** A pod that sends until it is told to end. */
export interface SteadySender {
  /** Ends, waits for what is under way, and tells: one report for each stream. Nothing is ever sent twice. */
  end(): Promise<readonly StreamReport[]>;
}

const port = 8099;

// Runs in a pod, as text: it may use nothing from here but its argument.
const script = `
import { Agent, createServer, request } from 'node:http';
const { streams, port } = JSON.parse(process.argv[1]);
let ending = false;
const send = (stream, agent, id, report) => new Promise((resolve) => {
  const begun = performance.now();
  const ended = (counts, what) => {
    const took = Math.round(performance.now() - begun);
    if (what !== '202') report.troubles.push(new Date().toISOString() + ' ' + id + ': ' + what + ' after ' + took + ' ms');
    counts[what] = (counts[what] ?? 0) + 1;
    resolve();
  };
  const headers = { 'content-type': 'application/json', 'ce-specversion': '1.0', 'ce-type': 'e2e', 'ce-source': '/e2e', 'ce-id': id };
  const post = request(stream.url, { method: 'POST', agent, headers }, (answer) => {
    answer.resume();
    const reason = answer.headers.reason ? ' ' + answer.headers.reason : '';
    answer.on('end', () => ended(report.statuses, answer.statusCode + reason));
    answer.on('error', (error) => ended(report.failures, error.code));
  });
  post.on('error', (error) => ended(report.failures, error.code));
  post.end(JSON.stringify({ id }));
});
const run = async (stream) => {
  const agent = new Agent({ keepAlive: stream.keepsConnections });
  const report = { sent: 0, seconds: 0, statuses: {}, failures: {}, troubles: [] };
  const under = new Set();
  const begun = performance.now();
  while (!ending) {
    for (const due = Math.floor((performance.now() - begun) / 1000 * stream.perSecond); report.sent < due; ) {
      const one = send(stream, agent, stream.prefix + '-' + report.sent++, report).finally(() => under.delete(one));
      under.add(one);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  report.seconds = (performance.now() - begun) / 1000;
  await Promise.all(under);
  return report;
};
const runs = Promise.all(streams.map(run));
createServer(async (question, answer) => {
  ending ||= question.url === '/end';
  answer.end(ending ? JSON.stringify(await runs) : 'sending');
}).listen(port);
`;

/** Starts to send from a pod, through the Services as others in the cluster do. */
export async function startSteadySender(
  target: TestCluster,
  name: string,
  streams: readonly Stream[],
): Promise<SteadySender> {
  const container = {
    name: 'sender',
    image: await target.cluster.appBaseImage(),
    args: ['--input-type=module', '-e', script, '--', JSON.stringify({ streams, port })],
    ports: [{ containerPort: port }],
    readinessProbe: { httpGet: { path: '/', port } },
    // Without a share of its own it would stand still while pods start, and then send all at once what was due.
    resources: { requests: { cpu: '500m' } },
  };
  const spec = { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers: [container] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
  await target.kubectl(['apply', '-f', '-'], JSON.stringify(pod));
  await target.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', `pod/${name}`]);
  const path = `/api/v1/namespaces/${target.namespace}/pods/${name}:${port}/proxy/end`;
  return {
    end: async () => JSON.parse(await target.kubectl(['get', '--raw', path])) as StreamReport[],
  };
}
