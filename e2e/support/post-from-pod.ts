import type { TestCluster } from './test-cluster.ts';

/** One request, to its last byte. */
export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What the sink said to it. */
export interface PostAnswer {
  readonly status: number;
  /** Where the run of the event can be asked about. */
  readonly location: string | null;
}

// Runs in a pod, as text: it may use nothing from here but its argument.
const script = `
const answers = [];
for (const { url, headers, body } of JSON.parse(process.argv[1])) {
  const answer = await fetch(url, { method: 'POST', headers, body: Buffer.from(body, 'base64') });
  await answer.arrayBuffer();
  answers.push({ status: answer.status, location: answer.headers.get('location') });
}
console.log(JSON.stringify(answers));
`;

/** Sends each request when the one before is answered, from a pod of its own; resolves when the pod has ended. */
export async function postFromPod(
  target: TestCluster,
  name: string,
  posts: readonly Post[],
): Promise<PostAnswer[]> {
  const plan = posts.map((post) => ({ ...post, body: Buffer.from(post.body).toString('base64') }));
  const sender = {
    name: 'sender',
    image: await target.cluster.appBaseImage(),
    args: ['--input-type=module', '-e', script, '--', JSON.stringify(plan)],
  };
  const spec = { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers: [sender] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
  await target.kubectl(['apply', '-f', '-'], JSON.stringify(pod));
  await target.kubectl(['wait', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=60s', `pod/${name}`]);
  return JSON.parse(await target.kubectl(['logs', name])) as PostAnswer[];
}
