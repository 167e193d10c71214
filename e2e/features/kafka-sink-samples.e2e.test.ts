import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAddressGuard, createIdentifiedTopic, describeTopic } from '@event-sinks/kafka';
import { readSettings } from '@event-sinks/platform';
import {
  createTestAuthority,
  eventually,
  loopbackAddresses,
  startSecuredTestKafka,
  type SecuredListener,
  type SecuredTestKafka,
} from '@event-sinks/testing';
import { readKafkaSinkSample, type KafkaSinkSample } from '../support/kafka-sink-sample.ts';
import { startLocalSinks, type LocalSinks } from '../support/local-sinks.ts';

/*
 * The local cluster's broker takes everyone, so these samples meet a broker that demands what each of them brings.
 */

/** The listener of that broker which stands for the one that the sample names. */
const listeners: Readonly<Record<string, SecuredListener | 'plain'>> = {
  'kafka-sink.yaml': 'plain',
  'plaintext.yaml': 'plain',
  'sasl-plain.yaml': 'saslPlaintext',
  'sasl-scram-256.yaml': 'saslPlaintext',
  'sasl-ssl-scram-512.yaml': 'saslSsl',
  'ssl-client-certificate.yaml': 'mutualTls',
  'ssl-user-skip.yaml': 'serverTls',
  'oauthbearer.yaml': 'saslSsl',
  'new-topic.yaml': 'plain',
  'structured.yaml': 'plain',
};

/** Tried on the whole cluster by another test. */
const elsewhere = ['api-server-events.yaml', 'api-server-source.yaml'];

type Row = [file: string, key: string, reason: string, named?: string];

const missing = (file: string, ...keys: string[]): Row[] =>
  keys.map((key) => [file, key, 'SecretKeyMissing', `key ${key} of the Secret`]);

/** What a sink says when its Secret has all keys but one; those that may be left out are not here. */
const withoutKey: Row[] = [
  ...missing('plaintext.yaml', 'protocol'),
  ...missing('sasl-plain.yaml', 'protocol', 'user', 'password'),
  ...missing('sasl-scram-256.yaml', 'protocol', 'user', 'password'),
  ...missing('sasl-ssl-scram-512.yaml', 'protocol', 'user', 'password'),
  ['sasl-ssl-scram-512.yaml', 'ca.crt', 'BrokerCertificateUntrusted'],
  ...missing('ssl-client-certificate.yaml', 'protocol', 'user.crt', 'user.key'),
  ['ssl-client-certificate.yaml', 'ca.crt', 'BrokerCertificateUntrusted'],
  ...missing('ssl-user-skip.yaml', 'protocol'),
  ['ssl-user-skip.yaml', 'user.skip', 'SecretKeyMissing', 'set user.skip to true'],
  ['ssl-user-skip.yaml', 'ca.crt', 'BrokerCertificateUntrusted'],
  ...missing('oauthbearer.yaml', 'protocol', 'user', 'password', 'sasl.oauthbearer.token.endpoint.url'),
  // PLAIN is the mechanism when none is named, and the client's secret is nobody's password there.
  ['oauthbearer.yaml', 'sasl.mechanism', 'CredentialsRefused'],
  ['oauthbearer.yaml', 'ca.crt', 'BrokerCertificateUntrusted'],
];

const namespace = 'samples';
const password = 'replace "me", any characters will do';
const patience = { timeoutMs: 60_000, intervalMs: 200 };

interface Sink {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly address?: { readonly url: string };
    readonly conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
  };
}

const conditionOf = ({ status }: Sink, type: string) =>
  status?.conditions?.find((each) => each.type === type);

describe('the samples of KafkaSinks', () => {
  let sinks: LocalSinks;
  let kafka: SecuredTestKafka;
  let folder: string | undefined;
  let starting: readonly Promise<{ close(): Promise<void> }>[] = [];
  const samples = new Map<string, KafkaSinkSample>();
  const latest = new Map<string, Sink>();

  beforeAll(async () => {
    const both = [
      startLocalSinks(namespace),
      startSecuredTestKafka({ users: { shop: password }, clients: { 'kafka-sink': password } }),
    ] as const;
    starting = both;
    [sinks, kafka] = await Promise.all(both);
    const made = await mkdtemp(join(tmpdir(), 'event-sinks-samples-'));
    folder = made;
    const client = await kafka.authority.issue({ commonName: 'kafka-sink' });
    const files = {
      'ca.crt': kafka.authority.certificate,
      'user.crt': client.certificate,
      'user.key': client.key,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(made, name), text);
    for (const file of Object.keys(listeners)) samples.set(file, await readKafkaSinkSample(file, made));
    await createIdentifiedTopic({ ...admin('knative-demo-topic'), partitions: 1, replicationFactor: 1 });
    await sinks.apply([
      ...Object.keys(listeners).flatMap((file) => objectsOf(file)),
      ...withoutKey.flatMap(([file, key]) => objectsOf(file, key)),
    ]);
  });

  afterAll(async () => {
    // When one of them does not start, the other is running or about to.
    for (const part of await Promise.allSettled(starting))
      if (part.status === 'fulfilled') await part.value.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const sampleOf = (file: string): KafkaSinkSample => {
    const sample = samples.get(file);
    if (sample === undefined) throw new Error(`${file} was not read`);
    return sample;
  };

  const nameOf = (file: string, without?: string): string => {
    const { name } = sampleOf(file).sink.metadata;
    return without === undefined ? name : `${name}-without-${without}`;
  };

  const secretOf = (file: string, without: string | undefined, values: Readonly<Record<string, string>>) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: nameOf(file, without) },
    data: Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
  });

  /** The sample's values, with what the comment says to replace replaced. */
  const valuesOf = (file: string): Record<string, string> => {
    const endpoint = 'sasl.oauthbearer.token.endpoint.url';
    const values = { ...sampleOf(file).secret?.values };
    return endpoint in values ? { ...values, [endpoint]: kafka.tokens.url } : values;
  };

  /** The sink and the Secret, without one of its keys when that is asked for. */
  const objectsOf = (file: string, without?: string): object[] => {
    const { sink, secret } = sampleOf(file);
    const name = nameOf(file, without);
    const listener = listeners[file] ?? 'plain';
    const bootstrapServers = [listener === 'plain' ? kafka.bootstrap : kafka.listeners[listener]];
    const auth = secret === undefined ? {} : { auth: { secret: { ref: { name } } } };
    const rest = Object.entries(valuesOf(file)).filter(([key]) => key !== without);
    return [
      { ...sink, metadata: { namespace, name }, spec: { ...sink.spec, bootstrapServers, ...auth } },
      ...(secret === undefined ? [] : [secretOf(file, without, Object.fromEntries(rest))]),
    ];
  };

  const admin = (topic: string) => ({
    ...{ bootstrapServers: [kafka.bootstrap], clientId: 'samples', timeoutMs: 10_000, topic },
    addressGuard: createAddressGuard({ allowed: loopbackAddresses }),
  });

  /** What the assertion holds for; the sinks are read anew, all at once, only while it does not. */
  const becomes = (name: string, assertion: (sink: Sink) => void): Promise<Sink> =>
    eventually(async () => {
      const known = latest.get(name);
      try {
        if (known === undefined) throw new Error(`${name} is not there`);
        assertion(known);
        return known;
      } catch (error) {
        const list = await sinks.server.kubectl(['get', 'kafkasinks', '-n', namespace, '-o', 'json']);
        for (const sink of (JSON.parse(list) as { items: Sink[] }).items)
          latest.set(sink.metadata.name, sink);
        throw error;
      }
    }, patience);

  const post = (base: string, name: string, id: string): Promise<Response> =>
    fetch(`${base}/${namespace}/${name}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': id,
        'ce-source': '/samples',
        'ce-type': 'sample',
      },
      body: '{"n":1}',
    });

  test('each of them is tried', async () => {
    const { checkout } = readSettings(process.env);
    const printed = await readdir(join(checkout, 'e2e', 'samples', 'kafkasink'));
    expect(printed.sort()).toEqual([...Object.keys(listeners), ...elsewhere].sort());
  });

  test.each(Object.keys(listeners))('%s becomes Ready and takes an event', async (file) => {
    const name = nameOf(file);
    const sink = await becomes(name, (each) => {
      expect(conditionOf(each, 'Ready')).toMatchObject({ status: 'True' });
    });
    expect(new URL(sink.status?.address?.url ?? '').pathname).toBe(`/${namespace}/${name}`);
    const { status } = await post(sinks.url, name, file);
    expect(status).toBe(202);
  });

  test('the event of each is a record, as Kafka’s own consumer reads it', async () => {
    const shared = Object.keys(listeners).filter((file) => file !== 'new-topic.yaml');
    const [records, own] = await Promise.all([
      kafka.consume('knative-demo-topic', shared.length, patience.timeoutMs),
      kafka.consume('knative-new-topic', 1, patience.timeoutMs),
    ]);
    const read = [...records, ...own].map(({ headers, value }) => {
      const texts = Object.fromEntries(headers.map(([key, text]) => [key, text.toString()]));
      if (texts['content-type'] !== 'application/cloudevents+json')
        return { id: texts['ce_id'], source: texts['ce_source'], data: value?.toString() };
      const event = JSON.parse(value?.toString() ?? '') as { id: string; source: string; data: unknown };
      return { id: event.id, source: event.source, data: JSON.stringify(event.data), structured: true };
    });
    const expected = Object.keys(listeners).map((id) => ({
      ...{ id, source: '/samples', data: '{"n":1}' },
      ...(id === 'structured.yaml' ? { structured: true } : {}),
    }));
    expect(read).toHaveLength(expected.length);
    expect(read).toEqual(expect.arrayContaining(expected));
    const created = await describeTopic(admin('knative-new-topic'));
    expect(created).toMatchObject({ found: true, partitions: 3, replicationFactor: 1 });
    expect(kafka.tokens.requests).toContainEqual({
      client: 'kafka-sink',
      form: { grant_type: 'client_credentials', scope: 'kafka' },
    });
  });

  test.each(withoutKey)('%s without %s says %s', async (file, key, reason, named = '') => {
    const sink = await becomes(nameOf(file, key), (each) => {
      expect(conditionOf(each, 'CredentialsReady')).toMatchObject({ status: 'False', reason });
      expect(conditionOf(each, 'Ready')).toMatchObject({ status: 'False', reason });
    });
    const message = conditionOf(sink, 'CredentialsReady')?.message;
    expect(message).toContain(named);
    for (const value of ['replace', 'BEGIN', kafka.tokens.url]) expect(message).not.toContain(value);
  });

  test('without ca.crt the authorities in NODE_EXTRA_CA_CERTS count, with ca.crt only those in it', async () => {
    const name = nameOf('sasl-ssl-scram-512.yaml', 'ca.crt');
    const answer = await post(sinks.url, name, 'untrusted');
    expect([answer.status, answer.headers.get('reason')]).toEqual([503, 'BrokerCertificateUntrusted']);
    const roots = join(folder ?? '', 'ca.crt');
    const url = await sinks.producer({ NODE_EXTRA_CA_CERTS: roots, CREDENTIALS_OVERLAP: '0s' });
    expect((await post(url, name, 'trusted')).status).toBe(202);

    const file = 'ssl-user-skip.yaml';
    const another = await createTestAuthority('another');
    await sinks.apply([secretOf(file, 'ca.crt', { ...valuesOf(file), 'ca.crt': another.certificate })]);
    await eventually(async () => {
      const refused = await post(url, nameOf(file, 'ca.crt'), 'untrusted');
      expect([refused.status, refused.headers.get('reason')]).toEqual([503, 'BrokerCertificateUntrusted']);
    }, patience);
  });

  test('all of these become Ready once the key is there', async () => {
    await sinks.apply(withoutKey.map(([file, key]) => secretOf(file, key, valuesOf(file))));
    for (const [file, key] of withoutKey)
      await becomes(nameOf(file, key), (sink) => {
        expect(conditionOf(sink, 'Ready')).toMatchObject({ status: 'True' });
      });
  });
});
