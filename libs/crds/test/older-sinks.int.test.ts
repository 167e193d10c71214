import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@event-sinks/testing';
import type { SinkKind } from '../src/index.ts';
import { crdName, sinkPath, startSinkServer, type Answer, type SinkServer } from './kube-api.ts';
import { jobSink, kafkaSink, smallestJob, type Manifest } from './samples.ts';

/*
 * A sink that was stored before a rule came into being, as when our CRD takes the place of Knative's: the
 * API server checks it on every write, so a rule that it breaks must not block labels, finalizers or status.
 */

const mergePatch = 'application/merge-patch+json';
const longName = jobSink(undefined, 'j'.repeat(100));
const halfShaped = kafkaSink({ numPartitions: 3 }, 'half-shaped');

let sinks: SinkServer;

beforeAll(async () => {
  sinks = await startSinkServer();
  for (const sink of [longName, halfShaped]) await storeWithoutRules(sink);
}, 120_000);

afterAll(() => sinks.close());

function create(sink: Manifest): Promise<Answer> {
  return sinks.api.send('POST', sinkPath(sink.kind as SinkKind), sink);
}

/** Our CRD with every rule taken out stands for the one that was there before. */
async function storeWithoutRules(sink: Manifest): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crdName(sink.kind as SinkKind)}`;
  const { body: crd } = await sinks.api.send('GET', path);
  const withoutRules = JSON.stringify(crd, (key, value: unknown) =>
    key === 'x-kubernetes-validations' ? undefined : value,
  );
  expect((await sinks.api.send('PUT', path, withoutRules)).status).toBe(200);
  await eventually(async () => {
    expect((await create(sink)).status).toBe(201);
  });
  const { spec } = crd;
  expect((await sinks.api.send('PATCH', path, { spec }, mergePatch)).status).toBe(200);
  const twin = { ...sink, metadata: { ...sink.metadata, name: `${sink.metadata.name}z` } };
  await eventually(async () => {
    expect((await sinks.api.send('POST', `${sinkPath(sink.kind as SinkKind)}?dryRun=All`, twin)).status).toBe(
      422,
    );
  });
}

test.each<[string, Manifest, object]>([
  ['a JobSink with a long name takes labels', longName, { metadata: { labels: { a: 'b' } } }],
  ['a JobSink with a long name takes finalizers', longName, { metadata: { finalizers: ['a.example/b'] } }],
  [
    'a JobSink with a long name takes another template',
    longName,
    { spec: { job: { spec: { ...smallestJob.spec, suspend: true } } } },
  ],
  ['a KafkaSink with half a shape takes labels', halfShaped, { metadata: { labels: { a: 'b' } } }],
  ['a KafkaSink with half a shape takes other brokers', halfShaped, { spec: { bootstrapServers: ['b:1'] } }],
])('%s', async (_sentence, sink, changes) => {
  const path = sinkPath(sink.kind as SinkKind, sink.metadata.name);
  expect(await sinks.api.send('PATCH', path, changes, mergePatch)).toMatchObject({ status: 200 });
});

test.each([longName, halfShaped])('an older $kind takes a status', async (sink) => {
  const path = sinkPath(sink.kind as SinkKind, sink.metadata.name, 'status');
  const changes = { status: { observedGeneration: 1 } };
  expect(await sinks.api.send('PATCH', path, changes, mergePatch)).toMatchObject({ status: 200 });
});

test('a half shape cannot be changed into another', async () => {
  const path = sinkPath('KafkaSink', halfShaped.metadata.name);
  for (const spec of [{ numPartitions: 4 }, { numPartitions: null }, { replicationFactor: 1 }]) {
    expect(await sinks.api.send('PATCH', path, { spec }, mergePatch)).toMatchObject({ status: 422 });
  }
});
