import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseJobSink, parseKafkaSink, type SinkKind } from '../src/index.ts';
import { sinkPath, startSinkServer, type SinkServer } from './kube-api.ts';
import { jobSink, kafkaSink, type Manifest } from './samples.ts';

/*
 * The CRD and the run-time parser come from one source but are judged by two machines: CEL and RE2 in the API
 * server, zod and JavaScript here. What one takes the other must take. Known to differ:
 *
 *   partitions without replicas   refused when created; the parser serves older sinks
 *   null for an optional field    dropped by the API server, so the parser never sees it
 *   unknown fields of ours        pruned; the parser lets them pass
 */

let sinks: SinkServer;

beforeAll(async () => {
  sinks = await startSinkServer();
}, 120_000);

afterAll(() => sinks.close());

/** As the API server would have stored it, had it taken it. */
function asStored(sink: Manifest): unknown {
  const metadata = { ...sink.metadata, uid: '6c1f', generation: 1 };
  return JSON.parse(JSON.stringify({ ...sink, metadata }));
}

const parserOf = { JobSink: parseJobSink, KafkaSink: parseKafkaSink };

async function expectAgreement(sink: Manifest): Promise<void> {
  const kind = sink.kind as SinkKind;
  const path = `${sinkPath(kind)}?dryRun=All&fieldValidation=Ignore`;
  const { status, body } = await sinks.api.send('POST', path, sink);
  const own = parserOf[kind](asStored(sink));
  const words = own.ok ? 'taken' : own.problems.join('; ');
  expect({ taken: status === 201, words, answer: body.message }).toMatchObject({ taken: own.ok });
  if (status === 201) expect(parserOf[kind](body)).toEqual({ ok: true, value: withoutEmpty(body) });
}

/** What a spec means, field by field: an optional one that holds nothing was left out. */
function withoutEmpty(stored: unknown): unknown {
  const sink = structuredClone(stored) as { spec: Fields & { job?: Fields } };
  const { contentMode, topicDeletionPolicy, job } = sink.spec;
  return {
    ...sink,
    spec: {
      ...without(sink.spec, { numPartitions: '0', replicationFactor: '0', auth: '{}' }),
      ...(contentMode === '' && { contentMode: 'binary' }),
      ...(topicDeletionPolicy === '' && { topicDeletionPolicy: 'Delete' }),
      ...(job !== undefined && { job: jobWithoutEmpty(job) }),
    },
  };
}

function jobWithoutEmpty({ metadata, ...job }: Fields): Fields {
  const inner = metadata === undefined ? {} : without(metadata as Fields, { namespace: '""' });
  return {
    ...without(job, { apiVersion: '""', kind: '""' }),
    ...(JSON.stringify(inner) !== '{}' && { metadata: inner }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** Without the fields whose value is this, as JSON. */
function without(fields: Fields, empty: Readonly<Record<string, string>>): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => JSON.stringify(value) !== empty[name]),
  );
}

const junk = fc.oneof(
  fc.string({ maxLength: 5 }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
  fc.boolean(),
  fc.constant([]),
  fc.constant({}),
);
/** Mostly right, so that a spec with six fields is not always wrong somewhere. */
const mostly = <T>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<unknown> = junk): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 8, arbitrary: right }, { weight: 1, arbitrary: wrong });
const from = (characters: string, most: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from(characters)), maxLength: most });

const host = fc.oneof(from('abZ09', 9), from('ab.-_A', 9), from('ab:[]12.', 9), fc.constant('[2001:db8::1]'));
const port = fc.oneof(fc.nat(65_535).map(String), fc.constantFrom('65536', '0', '', '+1', '01', ' 1', '1\n'));
const server = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 65_534 }).map((number) => `kafka.shop.svc:${number + 1}`) },
  { weight: 1, arbitrary: fc.tuple(host, port).map(([left, right]) => `${left}:${right}`) },
);
const topic = fc.oneof(
  { weight: 6, arbitrary: from('abAZ09._-', 12).map((rest) => `t${rest}`) },
  { weight: 1, arbitrary: from('a.é \n/', 3) },
  { weight: 1, arbitrary: fc.constantFrom('.', '..', 'x'.repeat(249), 'x'.repeat(250)) },
);
const secretName = fc.oneof(
  { weight: 3, arbitrary: from('abz09', 9).map((rest) => `s${rest}`) },
  { weight: 1, arbitrary: from('ab.-A_', 5) },
);
const count = mostly(
  fc.integer({ min: 1, max: 40_000 }),
  fc.oneof(junk, fc.constantFrom(0, -1, 2 ** 31, 1.5)),
);
const shape = fc.oneof(
  fc.constant({}),
  fc.constant({ numPartitions: 0, replicationFactor: 0 }),
  fc.record({ numPartitions: count, replicationFactor: mostly(fc.integer({ min: 1, max: 32_768 })) }),
);

const kafkaSpec = fc
  .tuple(
    fc.record(
      {
        topic: mostly(topic),
        bootstrapServers: mostly(fc.array(mostly(server), { maxLength: 3 })),
        contentMode: mostly(fc.constantFrom('binary', 'structured', '')),
        topicDeletionPolicy: mostly(fc.constantFrom('Delete', 'Retain', '')),
        auth: mostly(
          fc.record(
            { secret: mostly(fc.record({ ref: mostly(fc.record({ name: mostly(secretName) })) })) },
            { requiredKeys: [] },
          ),
        ),
        ofTomorrow: junk,
      },
      { requiredKeys: ['topic', 'bootstrapServers'] },
    ),
    shape,
  )
  .map(([spec, topicShape]) => ({ ...spec, ...topicShape }));

const podTemplate = fc.oneof(
  fc.constant({}),
  fc.constant({ spec: { containers: [{ name: 'main' }] } }),
  fc.object(),
);
const jobSpec = fc.record({
  job: mostly(
    fc.record(
      {
        apiVersion: mostly(fc.constantFrom('batch/v1', '')),
        kind: mostly(fc.constantFrom('Job', '')),
        metadata: mostly(fc.record({ namespace: mostly(fc.string()), labels: junk }, { requiredKeys: [] })),
        spec: mostly(
          fc.record({ template: mostly(podTemplate), suspend: junk }, { requiredKeys: ['template'] }),
        ),
        ofTomorrow: fc.object(),
      },
      { requiredKeys: ['spec'] },
    ),
  ),
});

test('the parser and the API server agree on every KafkaSink', async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(kafkaSpec, async (spec) => {
      const sink = { ...kafkaSink(), spec };
      await expectAgreement(sink);
      if (parseKafkaSink(asStored(sink)).ok) taken += 1;
    }),
    { numRuns: 300, seed: 1 },
  );
  // Neither side of the question may have been left out.
  expect(taken).toBeGreaterThan(30);
  expect(taken).toBeLessThan(270);
}, 60_000);

test('the parser and the API server agree on every JobSink', async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(jobSpec, async (spec) => {
      const sink = jobSink(spec);
      await expectAgreement(sink);
      if (parseJobSink(asStored(sink)).ok) taken += 1;
    }),
    { numRuns: 300, seed: 1 },
  );
  expect(taken).toBeGreaterThan(30);
  expect(taken).toBeLessThan(270);
}, 60_000);

test('null for an optional field is dropped by the API server before the parser could see it', async () => {
  const path = `${sinkPath('KafkaSink')}?dryRun=All`;
  const nulls = { contentMode: null, numPartitions: null, replicationFactor: null, auth: null };
  const { status, body } = await sinks.api.send('POST', path, kafkaSink(nulls));
  expect(status).toBe(201);
  expect(parseKafkaSink(body).ok).toBe(true);
});

test.each([{ apiVersion: null }, { kind: null }, { metadata: null }, { metadata: { namespace: null } }])(
  '%j in a job is taken by both or by neither',
  async (nulls) => {
    const path = `${sinkPath('JobSink')}?dryRun=All`;
    const { status, body } = await sinks.api.send(
      'POST',
      path,
      jobSink({ job: { spec: { template: {} }, ...nulls } }),
    );
    expect(status).toBe(201);
    expect(parseJobSink(body)).toEqual({ ok: true, value: withoutEmpty(body) });
  },
);
