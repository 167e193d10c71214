import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@event-sinks/testing';
import { parse, parseAllDocuments } from 'yaml';
import { postedBy, startApiServerAdapter } from '../support/api-server-adapter.ts';
import { variantOf } from '../support/sample-variant.ts';
import { openTestCluster, type TestCluster } from '../support/test-cluster.ts';

const sample = 'kafkasink/api-server-events.yaml';
const typeOf = (change: string): string => `dev.knative.apiserver.resource.${change}`;

interface Source {
  readonly spec: {
    readonly serviceAccountName: string;
    readonly sink: {
      readonly ref: { readonly apiVersion: string; readonly kind: string; readonly name: string };
    };
  };
}

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly message?: string;
}

/** Something that has happened, of which Kubernetes is told by an Event. */
const kubernetesEvent = (namespace: string, message: string): object => ({
  ...{ apiVersion: 'v1', kind: 'Event', metadata: { name: 'till.1', namespace } },
  involvedObject: { apiVersion: 'v1', kind: 'ConfigMap', name: 'till', namespace },
  ...{ type: 'Normal', reason: 'Opened', message, source: { component: 'shop' } },
});

describe('Kubernetes Events sent to a KafkaSink as an ApiServerSource does', () => {
  let target: TestCluster;
  let topic: string;
  let source: Source;
  let address: string;

  beforeAll(async () => {
    target = await openTestCluster();
    topic = target.namespace;
    source = parse(readFileSync(target.sample('kafkasink/api-server-source.yaml'), 'utf8')) as Source;
    await target.cluster.ensureTopic(topic, 1);
    const words = { 'knative-demo-topic': topic, 'namespace: default': `namespace: ${target.namespace}` };
    await target.kubectl(['apply', '-f', '-'], variantOf(target, sample, words));
    const sink = `kafkasink/${source.spec.sink.ref.name}`;
    await target.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', sink]);
    address = await target.kubectl(['get', sink, '-o', 'jsonpath={.status.address.url}']);
  });
  afterAll(() => target.close());

  test('the source of the sample names the sink and the account of the sample beside it', () => {
    const objects = parseAllDocuments(readFileSync(target.sample(sample), 'utf8')).map(
      (each) => each.toJS() as KubernetesObject,
    );
    const { apiVersion, kind, name } = source.spec.sink.ref;
    expect(objects).toContainEqual(expect.objectContaining({ apiVersion, kind, metadata: { name } }));
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: source.spec.serviceAccountName },
    };
    expect(objects).toContainEqual(account);
  });

  test('each change of an Event is a record with the object as value', async () => {
    const apply = async (message: string): Promise<void> => {
      await target.kubectl(['apply', '-f', '-'], JSON.stringify(kubernetesEvent(target.namespace, message)));
    };
    const isPosted = async (change: string): Promise<void> => {
      await eventually(
        async () => {
          const posted = { name: 'till.1', type: typeOf(change), status: 202 };
          expect(await postedBy(target, 'adapter')).toContainEqual(expect.objectContaining(posted));
        },
        { timeoutMs: 60_000, intervalMs: 200 },
      );
    };
    await apply('The till is open');
    const { serviceAccountName: serviceAccount } = source.spec;
    await startApiServerAdapter(target, { name: 'adapter', serviceAccount, sink: address, last: 'till.1' });
    await isPosted('add');
    await apply('The till is open, «Grüß Gott»');
    await isPosted('update');
    await target.kubectl(['delete', 'event', 'till.1']);
    await isPosted('delete');

    const posted = await postedBy(target, 'adapter');
    const records = await target.cluster.consume(topic, posted.length);
    const read = records.map(({ headers, value }) => ({
      attributes: Object.fromEntries(headers.map(([name, text]) => [name, text.toString()])),
      object: JSON.parse(value?.toString() ?? '') as KubernetesObject,
    }));
    expect(read.map(({ attributes }) => attributes['ce_id'])).toEqual(posted.map(({ id }) => id));
    for (const { attributes, object } of read)
      expect(attributes).toMatchObject({
        ce_specversion: '1.0',
        ce_source: expect.stringMatching(/^https:\/\/\S+:\d+$/),
        ce_subject: `/apis/v1/namespaces/${target.namespace}/events/${object.metadata.name}`,
        ...{
          ce_apiversion: 'v1',
          ce_kind: 'Event',
          ce_name: object.metadata.name,
          ce_namespace: target.namespace,
        },
        'content-type': 'application/json',
      });
    const ours = read.filter(({ object }) => object.metadata.name === 'till.1');
    expect(ours.map(({ attributes, object }) => [attributes['ce_type'], object.message])).toEqual([
      [typeOf('add'), 'The till is open'],
      [typeOf('update'), 'The till is open, «Grüß Gott»'],
      [typeOf('delete'), 'The till is open, «Grüß Gott»'],
    ]);
  });
});
