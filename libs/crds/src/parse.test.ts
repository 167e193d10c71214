import { describe, expect, test } from '@jest/globals';
import { parseJobSink, parseKafkaSink } from './index.ts';

const metadata = { name: 'sink', namespace: 'shop', uid: '6c1f', generation: 1 };

const jobSink = (spec: unknown, extra: object = {}): object => ({
  apiVersion: 'sinks.knative.dev/v1alpha1',
  kind: 'JobSink',
  metadata,
  spec,
  ...extra,
});

const kafkaSink = (spec: object, extra: object = {}): object => ({
  apiVersion: 'eventing.knative.dev/v1alpha1',
  kind: 'KafkaSink',
  metadata,
  spec: { topic: 'orders', bootstrapServers: ['kafka:9092'], ...spec },
  ...extra,
});

const problemsOf = (result: ReturnType<typeof parseJobSink> | ReturnType<typeof parseKafkaSink>) =>
  result.ok ? [] : result.problems;

describe('parseJobSink', () => {
  test('keeps every field it does not know, in particular all of spec.job', () => {
    const sink = jobSink(
      {
        job: {
          metadata: { labels: { 'kueue.x-k8s.io/queue-name': 'q' }, creationTimestamp: null },
          spec: {
            ttlSecondsAfterFinished: 600,
            podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { values: [42] } }] },
            template: {
              spec: { restartPolicy: 'Never', containers: [{ name: 'main', ofTomorrow: [1, { a: null }] }] },
            },
          },
          status: {},
        },
        ofTomorrow: true,
      },
      { status: { observedGeneration: 1, ofTomorrow: 'x' } },
    );
    expect(parseJobSink(sink)).toEqual({ ok: true, value: sink });
  });

  test.each<[string, object]>([
    ['empty strings', { apiVersion: '', kind: '', metadata: { namespace: '' } }],
    ['empty objects', { metadata: {} }],
    ['nulls', { apiVersion: null, kind: null, metadata: null }],
  ])('takes %s for fields that were left out', (_name, empty) => {
    const spec = { template: {} };
    expect(parseJobSink(jobSink({ job: { spec, ...empty } }))).toEqual(
      parseJobSink(jobSink({ job: { spec } })),
    );
  });

  test('leaves what is empty in the Job’s own spec as it is', () => {
    const sink = jobSink({ job: { spec: { suspend: false, backoffLimit: 0, template: { metadata: {} } } } });
    expect(parseJobSink(sink)).toEqual({ ok: true, value: sink });
  });

  test.each<[string, unknown, string[]]>([
    ['nothing at all', undefined, ['the object is missing; it must be an object']],
    ['no spec', jobSink(undefined), ['spec is missing; it must be an object']],
    ['no job', jobSink({}), ['spec.job is missing; it must be an object']],
    [
      'no pod template',
      jobSink({ job: { spec: {} } }),
      ['spec.job.spec.template is missing; it must be an object'],
    ],
    [
      'a template of another kind',
      jobSink({ job: { apiVersion: 'batch/v2', kind: 'CronJob', spec: { template: {} } } }),
      ['spec.job.apiVersion must be "batch/v1"', 'spec.job.kind must be "Job"'],
    ],
    [
      'an object of another kind',
      jobSink({ job: { spec: { template: {} } } }, { kind: 'Job' }),
      ['kind must be "JobSink"'],
    ],
    [
      'an object that the API server has not stored',
      jobSink({ job: { spec: { template: {} } } }, { metadata: { name: 'sink', namespace: 'shop' } }),
      ['metadata.uid is missing; it must be a string', 'metadata.generation is missing; it must be a number'],
    ],
  ])('refuses %s', (_name, value, problems) => {
    expect(problemsOf(parseJobSink(value))).toEqual(problems);
  });
});

describe('parseKafkaSink', () => {
  test('fills in the content mode and keeps what it does not know', () => {
    const result = parseKafkaSink(kafkaSink({ ofTomorrow: 1 }));
    expect(result).toMatchObject({ ok: true, value: { spec: { contentMode: 'binary', ofTomorrow: 1 } } });
  });

  test.each([
    'kafka:9092',
    'my-cluster-kafka-bootstrap.kafka.svc.cluster.local.:9092',
    'broker_1:1',
    '10.0.0.1:65535',
    '[::1]:9092',
    '[2001:db8::192.0.2.1]:9092',
  ])('takes the bootstrap server %s', (server) => {
    expect(problemsOf(parseKafkaSink(kafkaSink({ bootstrapServers: [server] })))).toEqual([]);
  });

  test.each([
    '',
    'kafka',
    'kafka:',
    ':9092',
    'kafka:0',
    'kafka:65536',
    'kafka:09',
    '::1:9092',
    '[kafka]:9092',
    'SSL://kafka:9092',
    'a:1,b:2',
    'a:1\n',
  ])('refuses the bootstrap server %j', (server) => {
    expect(problemsOf(parseKafkaSink(kafkaSink({ bootstrapServers: ['kafka:9092', server] })))).toEqual([
      expect.stringMatching(
        /^spec\.bootstrapServers\[1\] must be host:port .*such as kafka\.example\.com:9092/,
      ),
    ]);
  });

  test.each<[string, object, string[]]>([
    ['no bootstrap server', { bootstrapServers: [] }, ['spec.bootstrapServers must list at least 1']],
    [
      'a topic with a space',
      { topic: 'my orders' },
      ['spec.topic may hold only letters, digits, ".", "_" and "-"; rename the topic'],
    ],
    ['a topic named like a folder', { topic: '..' }, ['spec.topic may not be "." or ".."; choose another']],
    [
      'a topic that is too long',
      { topic: 'x'.repeat(250) },
      ['spec.topic must be at most 249 characters long'],
    ],
    ['another content mode', { contentMode: 'avro' }, ['spec.contentMode must be "binary" or "structured"']],
    [
      'another fate of the topic',
      { topicDeletionPolicy: 'Keep' },
      ['spec.topicDeletionPolicy must be "Delete" or "Retain"'],
    ],
    [
      'less than no partition',
      { numPartitions: -1, replicationFactor: 1 },
      ['spec.numPartitions must be at least 1'],
    ],
    [
      'a Secret without a name',
      { auth: { secret: { ref: { name: '' } } } },
      ['spec.auth.secret.ref.name must be the name of a Secret: lower-case letters, digits, "-" and "."'],
    ],
    [
      'a Secret without a reference',
      { auth: { secret: {} } },
      ['spec.auth.secret.ref is missing; it must be an object'],
    ],
    [
      'an empty topic',
      { topic: '' },
      ['spec.topic may hold only letters, digits, ".", "_" and "-"; rename the topic'],
    ],
    ['an empty string for a number', { numPartitions: '' }, ['spec.numPartitions must be a number']],
    [
      'an empty object for a string',
      { contentMode: {} },
      ['spec.contentMode must be "binary" or "structured"'],
    ],
    ['null for the topic', { topic: null }, ['spec.topic must be a string']],
    [
      'half a partition',
      { numPartitions: 1.5, replicationFactor: 1 },
      ['spec.numPartitions must be a whole number'],
    ],
    [
      'more replicas than Kafka can count',
      { numPartitions: 1, replicationFactor: 32_768 },
      ['spec.replicationFactor must be at most 32767'],
    ],
    [
      'a Secret named where none is looked for, which would connect without credentials',
      { auth: { secret: { name: 'login' } } },
      ['spec.auth.secret.ref is missing; it must be an object'],
    ],
    [
      'a Secret name that cannot be',
      { auth: { secret: { ref: { name: 'My Login' } } } },
      ['spec.auth.secret.ref.name must be the name of a Secret: lower-case letters, digits, "-" and "."'],
    ],
  ])('refuses %s', (_name, spec, problems) => {
    expect(problemsOf(parseKafkaSink(kafkaSink(spec)))).toEqual(problems);
  });

  test.each<[string, object]>([
    ['empty strings', { contentMode: '' }],
    ['zeros', { numPartitions: 0, replicationFactor: 0 }],
    ['an empty auth', { auth: {} }],
    ['an auth with a null in it', { auth: { secret: null } }],
    ['nulls', { contentMode: null, numPartitions: null, replicationFactor: null, auth: null }],
  ])('takes %s for fields that were left out', (_name, spec) => {
    expect(parseKafkaSink(kafkaSink(spec))).toEqual(parseKafkaSink(kafkaSink({})));
  });

  test('serves a sink from before the rule that partitions and replication go together', () => {
    expect(parseKafkaSink(kafkaSink({ numPartitions: 3 })).ok).toBe(true);
  });

  test('names every problem at once', () => {
    const result = parseKafkaSink(
      kafkaSink({ topic: 7, contentMode: 'avro', bootstrapServers: 'kafka:9092' }),
    );
    expect(problemsOf(result)).toHaveLength(3);
  });
});
