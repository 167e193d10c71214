import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { invalidJobSinks, invalidKafkaSinks, type InvalidSink } from './invalid-sinks.ts';
import { sinkPath, startSinkServer, type Answer, type SinkServer } from './kube-api.ts';
import { problemsIn } from './refusal.ts';
import { jobSink, kafkaSink, smallestJob, type Manifest } from './samples.ts';
import type { SinkKind } from '../src/index.ts';

let sinks: SinkServer;

beforeAll(async () => {
  sinks = await startSinkServer();
}, 120_000);

afterAll(() => sinks.close());

/** As kubectl sends it: unknown fields are an error. */
function create(sink: Manifest, query = 'dryRun=All'): Promise<Answer> {
  return sinks.api.send('POST', `${sinkPath(sink.kind as SinkKind)}?fieldValidation=Strict&${query}`, sink);
}

async function stored(sink: Manifest): Promise<Manifest> {
  const { status, body } = await create(sink, '');
  expect(status).toBe(201);
  return body as unknown as Manifest;
}

function patch(sink: Manifest, changes: object, query = 'dryRun=All'): Promise<Answer> {
  const path = sinkPath(sink.kind as SinkKind, sink.metadata.name);
  return sinks.api.send('PATCH', `${path}?${query}`, changes, 'application/merge-patch+json');
}

describe.each<[SinkKind, readonly InvalidSink[]]>([
  ['KafkaSink', invalidKafkaSinks],
  ['JobSink', invalidJobSinks],
])('a %s is refused, with one message that names the field, for', (_kind, cases) => {
  test.each(cases)('%s', async (_sentence, sink, problem) => {
    expect(problemsIn(await create(sink))).toEqual([problem]);
  });
});

test('several problems are all named at once', async () => {
  const answer = await create(kafkaSink({ topic: 'a b', bootstrapServers: ['kafka'] }));
  // The API server looks at the fields in no order of its own.
  expect([...problemsIn(answer)].sort()).toEqual([
    expect.stringContaining('spec.bootstrapServers[0]: '),
    expect.stringContaining('spec.topic: '),
  ]);
});

test('kubectl shows the same words', async () => {
  const input = JSON.stringify(kafkaSink({ bootstrapServers: ['kafka'] }));
  const { code, stderr } = await sinks.server.tryKubectl(['apply', '-f', '-'], input);
  expect(code).toBe(1);
  expect(stderr.trim()).toBe(
    'The KafkaSink "sample" is invalid: spec.bootstrapServers[0]: Invalid value: "kafka": must be host:port ' +
      'with a port from 1 to 65535, such as kafka.example.com:9092 or [2001:db8::1]:9092',
  );
});

describe('at the edge, these are taken:', () => {
  test.each<[string, Manifest]>([
    ['a topic of 249 characters', kafkaSink({ topic: 'x'.repeat(249) })],
    ['a topic of all characters there are', kafkaSink({ topic: 'a-Z_0.9' })],
    ['64 bootstrap servers', kafkaSink({ bootstrapServers: Array(64).fill('kafka:9092') })],
    ['a host of 253 characters', kafkaSink({ bootstrapServers: [`${'x'.repeat(253)}:65535`] })],
    ['an IPv6 address', kafkaSink({ bootstrapServers: ['[2001:db8::192.0.2.1]:1'] })],
    ['a host with a dot at its end', kafkaSink({ bootstrapServers: ['kafka.shop.svc.:9092'] })],
    [
      'as many partitions and replicas as Kafka can count',
      kafkaSink({ numPartitions: 2_147_483_647, replicationFactor: 32_767 }),
    ],
    ['a Secret name of 253 characters', kafkaSink({ auth: { secret: { ref: { name: 'x'.repeat(253) } } } })],
    ['a KafkaSink with a name of 253 characters', kafkaSink({}, 'x'.repeat(253))],
    ['a JobSink with a name of 63 characters', jobSink(undefined, 'x'.repeat(63))],
    [
      'empty values for everything that is optional',
      kafkaSink({ contentMode: '', numPartitions: 0, replicationFactor: 0, auth: {} }),
    ],
    [
      'empty values for everything that is optional beside the spec of a Job',
      jobSink({ job: { ...smallestJob, apiVersion: '', kind: '', metadata: { namespace: '' } } }),
    ],
    [
      'an empty pod template, which only the Job itself refuses',
      jobSink({ job: { spec: { template: {} } } }),
    ],
  ])('%s', async (_sentence, sink) => {
    expect((await create(sink)).status).toBe(201);
  });
});

describe('once a KafkaSink exists', () => {
  const reshape = 'alter the topic itself with the tools of Kafka';
  const onlyRaised = `spec.numPartitions: Forbidden: numPartitions can only be raised once the sink exists; ${reshape}`;
  const fixed = (field: string, mend: string) =>
    `spec.${field}: Forbidden: ${field} cannot be changed once the sink exists; ${mend}`;
  const shaped = kafkaSink({ numPartitions: 3, replicationFactor: 2 }, 'shaped');
  const plain = kafkaSink({}, 'plain');

  beforeAll(async () => {
    for (const sink of [shaped, plain]) await stored(sink);
  });

  test.each<[string, Manifest, object, string[]]>([
    [
      'its topic stays',
      plain,
      { topic: 'other' },
      [fixed('topic', 'create another KafkaSink for another topic')],
    ],
    ['its partitions are not lowered', shaped, { numPartitions: 2 }, [onlyRaised]],
    ['its replicas stay', shaped, { replicationFactor: 3 }, [fixed('replicationFactor', reshape)]],
    [
      'partitions and replicas cannot be added',
      plain,
      { numPartitions: 3, replicationFactor: 2 },
      [onlyRaised, fixed('replicationFactor', reshape)],
    ],
    [
      'partitions and replicas cannot be taken away',
      shaped,
      { numPartitions: null, replicationFactor: null },
      [onlyRaised, fixed('replicationFactor', reshape)],
    ],
  ])('%s', async (_sentence, sink, spec, problems) => {
    expect(problemsIn(await patch(sink, { spec }))).toEqual(problems);
  });

  test('its partitions may be raised, to what the topic has by then', async () => {
    const sink = kafkaSink({ numPartitions: 3, replicationFactor: 2 }, 'growing');
    await stored(sink);
    expect((await patch(sink, { spec: { numPartitions: 5 } })).status).toBe(200);
  });

  test('0 partitions are as good as none, before and after', async () => {
    const zeros = { numPartitions: 0, replicationFactor: 0 };
    expect((await patch(plain, { spec: zeros }, '')).status).toBe(200);
    expect(problemsIn(await patch(plain, { spec: { numPartitions: 3, replicationFactor: 2 } }))).toEqual([
      onlyRaised,
      fixed('replicationFactor', reshape),
    ]);
    const nulls = { numPartitions: null, replicationFactor: null };
    expect((await patch(plain, { spec: nulls }, '')).status).toBe(200);
    expect((await patch(shaped, { spec: zeros })).status).toBe(422);
  });

  test('everything else can be changed', async () => {
    const spec = {
      bootstrapServers: ['other:9092'],
      contentMode: 'structured',
      auth: { secret: { ref: { name: 'login' } } },
      topicDeletionPolicy: 'Retain',
    };
    for (const sink of [plain, shaped]) expect((await patch(sink, { spec })).status).toBe(200);
  });
});
