import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { KubeObject } from '@event-sinks/kube';
import {
  type Answer,
  eventually,
  oneLine,
  type SecuredTestKafka,
  servedUrl,
  type SinkServer,
  startSecuredTestKafka,
  stored,
} from '@event-sinks/testing';
import { startCluster, type Cluster } from './cluster.ts';
import { eventHeaders, post, startProducer } from './producer.ts';

const oddPassword = 'a "quoted" \\ back;slash, a space and ü';
const users = { odd: oddPassword, rotating: 'first' };

let cluster: Cluster;
let kafka: SecuredTestKafka;
let kubeconfig: string;
let producer: SinkServer;
let strict: SinkServer | undefined;

beforeAll(async () => {
  [cluster, kafka] = await Promise.all([startCluster(), startSecuredTestKafka({ users })]);
  kubeconfig = await cluster.producerAccount();
  producer = await startProducer(kubeconfig, { CREDENTIALS_OVERLAP: '60s' });
}, 180_000);

afterAll(async () => {
  await strict?.stop();
  await producer.stop();
  await kafka.close();
  await cluster.close();
});

const login = (user: string, password: string, mechanism = 'SCRAM-SHA-512') => ({
  protocol: 'SASL_PLAINTEXT',
  'sasl.mechanism': mechanism,
  user,
  password,
});

/** A KafkaSink on the brokers' listener for SASL. */
function sinkFor(name: string, secret: string, topic = name): Promise<KubeObject> {
  const auth = { secret: { ref: { name: secret } } };
  return cluster.kafkaSink(name, { topic, bootstrapServers: [kafka.listeners.saslPlaintext], auth });
}

const refused = (reason: string) => ({ status: 503, reason, body: expect.stringMatching(oneLine) });

async function expectNotServed(url: string, sink: KubeObject, reason: string): Promise<void> {
  await eventually(async () => {
    const answer = await post(url);
    expect(answer).toMatchObject(refused(reason));
    expect(Number(answer.retryAfter)).toBeGreaterThan(0);
  });
  const hash = `${sink.metadata.uid ?? ''}/${sink.metadata.generation ?? 0}`;
  const probe = await fetch(url, { headers: { 'K-Network-Probe': 'probe', 'K-Network-Hash': hash } });
  expect([probe.status, probe.headers.get('K-Network-Hash')]).toEqual([503, null]);
}

/** Posts from eight senders until told to stop; gives back every answer. */
function load(url: string) {
  const answers: Answer[] = [];
  let posting = true;
  const send = async (): Promise<void> => {
    while (posting) answers.push(await post(url, eventHeaders({ 'ce-id': String(answers.length) })));
  };
  const senders = Array.from({ length: 8 }, send);
  return {
    more: async (count: number) => {
      const sofar = answers.length;
      await eventually(
        () => {
          expect(answers.length).toBeGreaterThan(sofar + count);
        },
        { timeoutMs: 30_000 },
      );
    },
    stop: async () => {
      posting = false;
      await Promise.all(senders);
      return answers;
    },
  };
}

test('events are refused, and the sink is not called served, until its Secret can be read and is whole', async () => {
  await kafka.createTopic({ topic: 'guarded' });
  const sink = await sinkFor('guarded', 'login');
  const url = `${producer.url}/shop/guarded`;
  await expectNotServed(url, sink, 'CredentialsNotReady');
  await cluster.bindSecretReader();
  await expectNotServed(url, sink, 'CredentialsNotReady');
  await cluster.secret('login', { ...login('odd', oddPassword), 'sasl.mechanism': 'CRAM-MD5' });
  await eventually(() => {
    expect(producer.lines.map(({ fields }) => fields['key'])).toContain('sasl.mechanism');
  });
  await expectNotServed(url, sink, 'CredentialsNotReady');
  await cluster.secret('login', login('odd', oddPassword));
  await servedUrl(producer.url, sink);
  expect(await post(url)).toEqual(stored);
  await cluster.deleteSecret('login');
  await expectNotServed(url, sink, 'CredentialsNotReady');
  await cluster.secret('login', login('odd', oddPassword, 'PLAIN'));
  await servedUrl(producer.url, sink);
  expect(await post(url)).toEqual(stored);
  expect(await kafka.recordCount('guarded')).toBe(2);
  expect(JSON.stringify(producer.lines)).not.toContain('back;slash');
});

test('a changed Secret is taken into use under load without one refused event', async () => {
  await kafka.createTopic({ topic: 'changing' });
  await cluster.secret('changing', login('odd', oddPassword));
  const sender = load(await servedUrl(producer.url, await sinkFor('changing', 'changing')));
  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'PLAIN']) {
    await cluster.secret('changing', login('odd', oddPassword, mechanism));
    await sender.more(100);
  }
  const answers = await sender.stop();
  expect(answers).toEqual(answers.map(() => stored));
  expect(await kafka.recordCount('changing')).toBe(answers.length);
});

test('a password is rotated under load without one refused event, whichever side is first', async () => {
  const mechanism = 'SCRAM-SHA-512';
  await kafka.createTopic({ topic: 'rotating' });
  await cluster.secret('rotating', login('rotating', 'first'));
  const sender = load(await servedUrl(producer.url, await sinkFor('rotating', 'rotating')));
  await sender.more(100);
  await cluster.secret('rotating', login('rotating', 'second'));
  await sender.more(100);
  await kafka.setScramPassword({ user: 'rotating', password: 'second', mechanism });
  await sender.more(100);
  await kafka.setScramPassword({ user: 'rotating', password: 'third', mechanism });
  await sender.more(100);
  await cluster.secret('rotating', login('rotating', 'third'));
  await sender.more(100);
  const answers = await sender.stop();
  expect(answers).toEqual(answers.map(() => stored));
  expect(await kafka.recordCount('rotating')).toBe(answers.length);
});

test('a password that the brokers refuse is 503 until it is mended; sinks of one Secret share its watch', async () => {
  strict = await startProducer(kubeconfig, { CREDENTIALS_OVERLAP: '0s', MAX_SECRETS: '1' });
  const { url: base, metricsUrl } = strict;
  const followed = async (): Promise<string | undefined> =>
    /^event_sinks_secrets_followed (\d+)$/m.exec(await (await fetch(`${metricsUrl}/metrics`)).text())?.[1];
  // The sinks of the other tests name more Secrets than this producer may follow.
  await cluster.server.kubectl(['delete', 'kafkasinks', '--all', '-n', 'shop']);
  await kafka.createTopic({ topic: 'refused' });
  // Neither takes the one place: their Secrets are not there.
  for (const name of ['absent-1', 'absent-2']) await sinkFor(name, name, 'refused');
  await cluster.secret('refused', login('odd', oddPassword));
  const sinks = [await sinkFor('one', 'refused', 'refused'), await sinkFor('two', 'refused', 'refused')];
  const urls = await Promise.all(sinks.map((sink) => servedUrl(base, sink)));
  for (const url of urls) expect(await post(url)).toEqual(stored);
  expect(await followed()).toBe('1');

  await cluster.secret('refused', login('odd', 'wrong'));
  for (const url of urls)
    await eventually(async () => {
      expect(await post(url)).toMatchObject(refused('CredentialsRefused'));
    });
  const another = await sinkFor('another', 'login', 'refused');
  await eventually(async () => {
    expect(await post(`${base}/shop/another`)).toMatchObject(refused('LimitReached'));
  });
  await cluster.secret('refused', login('odd', oddPassword));
  for (const url of urls)
    await eventually(async () => {
      expect(await post(url)).toEqual(stored);
    });
  await cluster.server.kubectl(['delete', 'kafkasinks', 'one', 'two', '-n', 'shop']);
  expect(await post(await servedUrl(base, another))).toEqual(stored);
  await cluster.server.kubectl(['delete', 'kafkasinks', 'another', '-n', 'shop']);
  await cluster.secret('absent-2', login('odd', oddPassword));
  await eventually(async () => {
    expect(await post(`${base}/shop/absent-2`)).toEqual(stored);
  });
});
