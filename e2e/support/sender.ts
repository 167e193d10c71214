import type { TestCluster } from './test-cluster.ts';

/** What a sender in the cluster is to do. */
export interface SendPlan {
  readonly url: string;
  /** Events to send; the id of each is `<prefix>-<number>`. */
  readonly count: number;
  readonly prefix: string;
  /** Requests under way at once. */
  readonly inFlight: number;
  /** Milliseconds to wait after each answer. */
  readonly pauseMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a sender saw. */
export interface SendReport {
  /** How often each status came. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests without an answer, by the code of the error: a reset connection is one. */
  readonly failures: Readonly<Record<string, number>>;
}

// Runs in a pod, as text: it may use nothing from here but its argument.
const script = `
const plan = JSON.parse(process.argv[1]);
const statuses = {}, failures = {};
let next = 0;
const worker = async () => {
  while (next < plan.count) {
    const id = plan.prefix + '-' + next++;
    const headers = { 'content-type': 'application/json', 'ce-specversion': '1.0', 'ce-type': 'e2e', 'ce-source': '/e2e', 'ce-id': id, ...plan.headers };
    try {
      const answer = await fetch(plan.url, { method: 'POST', headers, body: JSON.stringify({ id }) });
      await answer.arrayBuffer();
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
    } catch (error) {
      const code = error.cause?.code ?? error.name;
      failures[code] = (failures[code] ?? 0) + 1;
    }
    if (plan.pauseMs) await new Promise((resolve) => setTimeout(resolve, plan.pauseMs));
  }
};
await Promise.all(Array.from({ length: plan.inFlight }, worker));
console.log(JSON.stringify({ statuses, failures }));
`;

/** Sends events from a pod of its own; resolves when the pod has ended. */
export async function sendFromPod(target: TestCluster, name: string, plan: SendPlan): Promise<SendReport> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'sender',
          image: await target.cluster.appBaseImage(),
          args: ['--input-type=module', '-e', script, '--', JSON.stringify(plan)],
        },
      ],
    },
  };
  await target.kubectl(['apply', '-f', '-'], JSON.stringify(pod));
  await target.kubectl(['wait', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=150s', `pod/${name}`]);
  return JSON.parse(await target.kubectl(['logs', name])) as SendReport;
}
