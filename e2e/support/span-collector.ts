import { spansOfExport, type ReceivedSpan } from '@event-sinks/testing';
import type { TestCluster } from './test-cluster.ts';

/** A collector of spans in the cluster, behind a Service of its own. */
export interface SpanCollector {
  /** What `tracing.endpoint` is set to. */
  readonly endpoint: string;
  /** Resolves when it takes spans. */
  readonly ready: Promise<void>;
  /** Everything received so far. */
  spans(): Promise<ReceivedSpan[]>;
}

const name = 'collector';
/** The port of OTLP over HTTP. */
const port = 4_318;

// Runs in a pod, as text: it may use nothing from here. It takes what is sent to OTLP's path as it is, and hands all
// of it out to whoever gets the path /.
const script = `
import { createServer } from 'node:http';
const bodies = [];
createServer(async (request, response) => {
  let body = '';
  for await (const text of request.setEncoding('utf8')) body += text;
  const isExport = request.method === 'POST' && request.url === '/v1/traces';
  const isQuestion = request.method === 'GET' && request.url === '/';
  if (isExport) bodies.push(body);
  response.writeHead(isExport || isQuestion ? 200 : 404, { 'content-type': 'application/json' });
  response.end(isQuestion ? JSON.stringify(bodies) : '{}');
}).listen(${String(port)});
`;

/** Starts a collector in the namespace; its endpoint is known at once. */
export function startSpanCollector(target: TestCluster): SpanCollector {
  const { namespace } = target;
  return {
    endpoint: `http://${name}.${namespace}.svc.cluster.local:${String(port)}`,
    ready: start(target),
    spans: async () => {
      const path = `/api/v1/namespaces/${namespace}/pods/${name}:${String(port)}/proxy/`;
      const bodies = JSON.parse(await target.kubectl(['get', '--raw', path])) as string[];
      return bodies.flatMap((body) => spansOfExport(body));
    },
  };
}

async function start(target: TestCluster): Promise<void> {
  const container = {
    name,
    image: await target.cluster.appBaseImage(),
    args: ['--input-type=module', '-e', script],
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
  };
  const items = [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { app: name } },
      spec: { terminationGracePeriodSeconds: 0, containers: [container] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: { app: name }, ports: [{ port }] },
    },
  ];
  await target.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  await target.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', `pod/${name}`]);
}
