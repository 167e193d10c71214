import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@event-sinks/testing';
import { ensureEventReader } from '../support/event-reader.ts';
import { ofSink, onlyRunOf, podsOf, runsOf, waitForJob, type JobObject } from '../support/job-runs.ts';
import { postFromPod, type Post, type PostAnswer } from '../support/post-from-pod.ts';
import { variantOf } from '../support/sample-variant.ts';
import { openTestCluster, type TestCluster } from '../support/test-cluster.ts';

/** JobSinks that get one plain event each. */
const plainSinks = [
  'job-sink-custom-mount-path',
  'job-sink-success',
  'job-sink-failure',
  'job-sink-example',
  'job-sink-kueue',
  'job-sink-init-container',
];

/** What stands in the file of the plain event. */
const plainFile =
  '{"specversion":"1.0","id":"1","source":"/samples","type":"sample","datacontenttype":"application/json","data":{"n":1}}';

const plainHeaders = {
  'content-type': 'application/json',
  'ce-specversion': '1.0',
  'ce-id': '1',
  'ce-source': '/samples',
  'ce-type': 'sample',
};

const binaryPayload = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x00, 0xff, 0xfe, 0x80]);

/** What the Go program is to read: how the event is sent, and what the program prints. */
const forGo = [
  {
    name: 'a structured event with big integers and typed extensions',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: `{"specversion":"1.0","id":"go-json","source":"/samples/go","type":"sample.go","subject":"a/b","time":"2025-03-01T10:00:00.123456789Z",
      "datacontenttype":"application/json","flag":true,"count":-7,"text":"true","data":{"big": 9007199254740993, "price":1.10}}`,
    id: 'go-json',
    attributes: [
      'specversion: 1.0',
      'type: sample.go',
      'source: /samples/go',
      'subject: a/b',
      'id: go-json',
      'time: 2025-03-01T10:00:00.123456789Z',
      'datacontenttype: application/json',
    ],
    extensions: ['count: -7', 'flag: true', 'text: true'],
    types: { count: 'int32', flag: 'bool', text: 'string' },
    data: '{"big": 9007199254740993, "price":1.10}',
  },
  {
    name: 'a payload of text',
    headers: {
      ...plainHeaders,
      'content-type': 'text/plain',
      'ce-id': 'go-text',
      'ce-flag': 'true',
      'ce-city': 'M%C3%BCnchen',
    },
    body: 'Grüße,\n"quoted" \\ <tag> & 42',
    id: 'go-text',
    attributes: [
      'specversion: 1.0',
      'type: sample',
      'source: /samples',
      'id: go-text',
      'datacontenttype: text/plain',
    ],
    extensions: ['city: München', 'flag: true'],
    // A header has no type: what was a boolean at the sender arrives as its text.
    types: { city: 'string', flag: 'string' },
    data: 'Grüße,\n"quoted" \\ <tag> & 42',
  },
  {
    name: 'a payload of bytes that are no text',
    headers: { ...plainHeaders, 'content-type': 'image/png', 'ce-id': 'go-binary' },
    body: binaryPayload,
    id: 'go-binary',
    attributes: [
      'specversion: 1.0',
      'type: sample',
      'source: /samples',
      'id: go-binary',
      'datacontenttype: image/png',
    ],
    extensions: [],
    types: {},
    data: binaryPayload,
  },
];

/** The same failed event from two destinations of a Broker, and both once more. */
const deadLetters = ['http://orders.shop.svc/', 'http://mail.shop.svc/'].map((destination) => ({
  ...plainHeaders,
  'ce-id': 'order-1',
  'ce-knativeerrordest': destination,
  'ce-knativeerrorcode': '500',
}));

describe('the samples of JobSinks', () => {
  let target: TestCluster;
  let answers: PostAnswer[];

  beforeAll(async () => {
    target = await openTestCluster();
    const reader = await ensureEventReader(target.cluster);
    const sample = (file: string, words?: Readonly<Record<string, string>>): string =>
      variantOf(target, `jobsink/${file}`, words);
    const sinks = [
      sample('job-sink-logger.yaml'),
      sample('custom-mount-path.yaml', {
        'echo "Hello world!" && sleep 5': 'echo "$K_EVENT_PATH" && cat /etc/custom-path/event',
      }),
      sample('parallel.yaml', { 'echo "Hello world!" && sleep 5': 'cat "$K_EVENT_PATH/event" && echo' }),
      sample('fail-job.yaml'),
      sample('ttl.yaml', { 'ttlSecondsAfterFinished: 600': 'ttlSecondsAfterFinished: 1' }),
      sample('kueue.yaml'),
      sample('init-container.yaml'),
      sample('go-reader.yaml', { 'localhost:5000/event-sinks/event-reader:1': reader }),
    ];
    await target.kubectl(['apply', '-f', '-'], sinks.join('---\n'));
    await target.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', 'jobsink', '--all']);
    const to = (sink: string, headers: Post['headers'], body: Post['body']): Post => ({
      url: `http://job-sink.knative-eventing.svc.cluster.local/${target.namespace}/${sink}`,
      headers,
      body,
    });
    answers = await postFromPod(target, 'sender', [
      ...[...deadLetters, ...deadLetters].map((headers) => to('job-sink-logger', headers, '{"n":1}')),
      ...forGo.map(({ headers, body }) => to('job-sink-go-reader', headers, body)),
      ...plainSinks.map((sink) => to(sink, plainHeaders, '{"n":1}')),
    ]);
  });
  afterAll(() => target.close());

  test('apply as they are printed', async () => {
    const args = ['apply', '--dry-run=server', '-f', target.sample('jobsink')];
    const lines = (await target.kubectl(args)).trim().split('\n');
    expect(lines).toHaveLength(readdirSync(target.sample('jobsink')).length);
    for (const line of lines)
      expect(line).toMatch(/^jobsink\.sinks\.knative\.dev\/\S+ \w+ \(server dry run\)$/);
  });

  test('take every event', () => {
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
  });

  test('custom-mount-path.yaml has the event where it mounts it', async () => {
    const { job } = await onlyRunOf(target, 'job-sink-custom-mount-path');
    await waitForJob(target, job, 'Complete');
    expect(await target.kubectl(['logs', `job/${job}`])).toBe(`/etc/custom-path\n${plainFile}`);
  });

  test('init-container.yaml has the event in both containers', async () => {
    const { job } = await onlyRunOf(target, 'job-sink-init-container');
    await waitForJob(target, job, 'Complete');
    const logs = (container: string): Promise<string> =>
      target.kubectl(['logs', `job/${job}`, '-c', container]);
    expect(await logs('prepare')).toBe(`${plainFile}\n`);
    expect(await logs('main')).toBe(`${plainFile}\n${plainFile.length} bytes\n`);
  });

  test('kueue.yaml waits suspended, with the queue’s label, and reads the event once it is let go', async () => {
    const { job } = await onlyRunOf(target, 'job-sink-kueue');
    const suspended = await waitForJob(target, job, 'Suspended');
    expect(suspended.spec.suspend).toBe(true);
    expect(suspended.metadata.labels['kueue.x-k8s.io/queue-name']).toBe('user-queue');
    expect((await target.get<{ items: unknown[] }>(['pods', ...podsOf(job)])).items).toEqual([]);
    await target.kubectl(['patch', 'job', job, '--type=merge', '-p', '{"spec":{"suspend":false}}']);
    await waitForJob(target, job, 'Complete');
    expect(await target.kubectl(['logs', `job/${job}`])).toBe(plainFile);
  });

  test('fail-job.yaml ends the Job at the first exit with 42, and makes no further pod', async () => {
    const { job } = await onlyRunOf(target, 'job-sink-failure');
    const failed = await waitForJob(target, job, 'Failed');
    expect(failed.metadata.labels['my-label']).toBe('my-value');
    const condition = failed.status.conditions?.find(({ type }) => type === 'Failed');
    expect(condition).toMatchObject({ status: 'True', reason: 'PodFailurePolicy' });
    expect(condition?.message).toMatch(/^Container main .* exit code 42 /);
    expect(failed.status.succeeded).toBeUndefined();
    // Pods that were still running are removed; that they were made remains to be seen.
    const made = ['events', '--field-selector', `involvedObject.name=${job},reason=SuccessfulCreate`];
    await eventually(
      async () => {
        expect((await target.get<{ items: unknown[] }>(made)).items).toHaveLength(3);
      },
      { timeoutMs: 30_000 },
    );
  });

  test('ttl.yaml leaves nothing of a Job that has run', async () => {
    await eventually(
      async () => {
        const left = ['jobs,secrets', ...ofSink('job-sink-example')];
        expect((await target.get<{ items: unknown[] }>(left)).items).toEqual([]);
      },
      { timeoutMs: 60_000, intervalMs: 500 },
    );
    const ran = ['events', '--field-selector', 'involvedObject.kind=Job,reason=Completed'];
    await eventually(
      async () => {
        const { items } = await target.get<{ items: { involvedObject: { name: string } }[] }>(ran);
        const names = items.map(({ involvedObject }) => involvedObject.name);
        expect(names.filter((name) => name.startsWith('job-sink-example-'))).toHaveLength(1);
      },
      { timeoutMs: 30_000 },
    );
  });

  test('parallel.yaml runs all twelve pods, and each sees the event', async () => {
    const { job } = await onlyRunOf(target, 'job-sink-success');
    const done = await waitForJob(target, job, 'Complete');
    expect(done.metadata.labels['my-label']).toBe('my-value');
    expect(done.status.succeeded).toBe(12);
    expect(await target.kubectl(['logs', ...podsOf(job), '--tail=-1'])).toBe(`${plainFile}\n`.repeat(12));
  });

  test.each(forGo)('go-reader.yaml reads $name', async ({ id, attributes, extensions, types, data }) => {
    const run = (await runsOf(target, 'job-sink-go-reader')).find(({ event }) => event['id'] === id);
    const job = run?.job ?? '';
    await waitForJob(target, job, 'Complete');
    const log = await target.kubectl(['logs', `job/${job}`]);
    const said = [
      ...['Context Attributes,', ...attributes.map((line) => `  ${line}`)],
      ...(extensions.length > 0 ? ['Extensions,', ...extensions.map((line) => `  ${line}`)] : []),
    ];
    expect(log.slice(0, log.indexOf('\nData')).split('\n')).toEqual(said);
    const exactly = JSON.parse(log.trimEnd().split('\n').at(-1) ?? '') as unknown;
    expect(exactly).toEqual({ extensions: types, data: Buffer.from(data).toString('base64') });
  });

  test('an event dead-lettered for two destinations is two Jobs, however often it comes', async () => {
    const [orders, mail, ordersAgain, mailAgain] = answers.map(({ location }) => location);
    expect([ordersAgain, mailAgain]).toEqual([orders, mail]);
    expect(orders).not.toBe(mail);
    const wait = ['wait', '--for=condition=Complete', '--timeout=120s', 'job'];
    await target.kubectl([...wait, ...ofSink('job-sink-logger')]);
    const { items: jobs } = await target.get<{ items: JobObject[] }>(['jobs', ...ofSink('job-sink-logger')]);
    const logs = await Promise.all(
      jobs.map(({ metadata }) => target.kubectl(['logs', `job/${metadata.name}`])),
    );
    const read = logs.map((log) => JSON.parse(log) as Record<string, unknown>);
    expect(read.map((event) => event['knativeerrordest']).sort()).toEqual(
      deadLetters.map((headers) => headers['ce-knativeerrordest']).sort(),
    );
    for (const event of read)
      expect(event).toMatchObject({ id: 'order-1', source: '/samples', data: { n: 1 } });
  });
});
