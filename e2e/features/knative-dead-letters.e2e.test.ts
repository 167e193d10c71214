import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BrokerPlan, TriggerReport } from '../knative/broker.ts';
import type { Destination } from '../knative/destination.ts';
import { makeResolverAccount, type ResolverAccount } from '../knative/resolver-account.ts';
import { runBrokers } from '../knative/run-brokers.ts';
import { complaint, subscriberUrl } from '../knative/subscriber.ts';
import { runsOf } from '../support/job-runs.ts';
import { openTestCluster, type TestCluster } from '../support/test-cluster.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** Two Triggers whose subscriber answers 500, and one that nobody answers: 127.0.0.1:1 refuses connections. */
const failing = {
  orders: subscriberUrl('orders'),
  mail: subscriberUrl('mail'),
  nobody: 'http://127.0.0.1:1/',
};
const ids = ['1', '2', '3'];
const events = ids.map((id) => ({
  attributes: {
    ...{ specversion: '1.0', id, source: '/shop', type: 'order', datacontenttype: 'application/json' },
    region: 'eu',
  },
  data: `{"order":${id}}`,
}));
/** Every event once for each destination that fails. */
const expectedPairs = Object.values(failing)
  .flatMap((destination) => ids.map((id) => `${id} ${destination}`))
  .sort();
const pairsOf = (letters: readonly Attributes[], prefix = ''): string[] =>
  letters
    .map((letter) => `${String(letter[`${prefix}id`])} ${String(letter[`${prefix}knativeerrordest`])}`)
    .sort();
const textOf = (base64: unknown): string => Buffer.from(String(base64), 'base64').toString();

describe('a Broker whose subscribers fail', () => {
  let target: TestCluster;
  let account: ResolverAccount;
  let toJobs: TriggerReport[];
  let toKafka: TriggerReport[];

  beforeAll(async () => {
    target = await openTestCluster();
    account = await makeResolverAccount(target);
    const template = {
      spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'docker.io/library/bash:5' }] },
    };
    // Suspended: what is to be seen is which Jobs are made.
    const jobSink = (name: string): object => ({
      apiVersion: 'sinks.knative.dev/v1alpha1',
      kind: 'JobSink',
      metadata: { name },
      spec: { job: { spec: { suspend: true, template } } },
    });
    const kafkaSink = {
      apiVersion: 'eventing.knative.dev/v1alpha1',
      kind: 'KafkaSink',
      metadata: { name: 'letters' },
      spec: { topic: target.namespace, bootstrapServers: ['my-cluster-kafka-bootstrap.kafka:9092'] },
    };
    const items = [jobSink('letters'), jobSink('direct'), kafkaSink];
    await Promise.all([
      target.cluster.ensureTopic(target.namespace, 1),
      target.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items })),
    ]);
    const { namespace } = target;
    const toJobSink = (name: string): Destination => ({
      ref: { apiVersion: 'sinks.knative.dev/v1alpha1', kind: 'JobSink', name, namespace },
    });
    const toKafkaSink: Destination = {
      ref: { apiVersion: 'eventing.knative.dev/v1alpha1', kind: 'KafkaSink', name: 'letters', namespace },
    };
    const failingTriggers = Object.entries(failing).map(([name, uri]) => ({ name, subscriber: { uri } }));
    const plan = (deadLetterSink: Destination): BrokerPlan => ({
      // The retries have to outlast the moments in which a pod does not know a new sink yet.
      delivery: { retry: 4, backoffPolicy: 'exponential', backoffDelay: 'PT0.05S', deadLetterSink },
      triggers: [...failingTriggers, { name: 'good', subscriber: { uri: subscriberUrl('good') } }],
      events,
      resolveTimeoutMs: 60_000,
    });
    const jobPlan = plan(toJobSink('letters'));
    [toJobs = [], toKafka = []] = await runBrokers(target, account.name, [
      {
        ...jobPlan,
        triggers: [...jobPlan.triggers, { name: 'direct', subscriber: toJobSink('direct') }],
        // The first event comes to the Broker once more.
        events: [...events, ...events.slice(0, 1)],
      },
      plan(toKafkaSink),
    ]);
  });
  afterAll(async () => {
    await account.remove();
    await target.close();
  });

  test('resolves both kinds of sink with the rights that the label brings, which are no others', async () => {
    const [sinkOfJobs] = toJobs.flatMap(({ deadLetter }) => deadLetter?.destination ?? []);
    const [sinkOfKafka] = toKafka.flatMap(({ deadLetter }) => deadLetter?.destination ?? []);
    const suffix = `knative-eventing.svc.cluster.local/${target.namespace}/letters`;
    expect(sinkOfJobs).toBe(`http://job-sink.${suffix}`);
    expect(sinkOfKafka).toBe(`http://kafka-sink-ingress.${suffix}`);
    const kafkaSinks = 'kafkasinks.eventing.knative.dev';
    const asked = await Promise.all([
      account.can('watch', kafkaSinks, '-A'),
      account.can('get', kafkaSinks, '--subresource=status', '-A'),
      account.can('update', kafkaSinks),
      account.can('get', 'secrets'),
      account.can('create', 'jobs.batch'),
    ]);
    expect(asked).toEqual([true, true, false, false, false]);
  });

  test('retries as often as it is told, and then hands every event to the dead-letter sink', () => {
    const failed = [...toJobs, ...toKafka].filter(({ failure }) => failure !== undefined);
    expect(failed).toHaveLength(3 * (events.length + 1) + 3 * events.length);
    expect(failed.filter(({ requests }) => requests !== 5)).toEqual([]);
    expect(failed.filter(({ deadLetter }) => deadLetter === undefined || deadLetter.failure)).toEqual([]);
    const taken = [...toJobs, ...toKafka].filter(({ failure }) => failure === undefined);
    expect(new Set(taken.map(({ trigger }) => trigger))).toEqual(new Set(['good', 'direct']));
    expect(taken.filter(({ deadLetter }) => deadLetter)).toEqual([]);
  });

  test('a JobSink makes one Job of an event for each destination that failed, however often it comes', async () => {
    const runs = await runsOf(target, 'letters');
    const letters = runs.map(({ event }) => event);
    expect(pairsOf(letters)).toEqual(expectedPairs);
    for (const letter of letters) {
      const dest = letter['knativeerrordest'];
      expect(letter).toMatchObject({
        ...{ source: '/shop', type: 'order', region: 'eu', knativeerrorcode: '500' },
        data: { order: Number(letter['id']) },
      });
      expect(textOf(letter['knativeerrordata'])).toMatch(
        dest === failing.nobody ? /^dispatch error: / : new RegExp(`^${complaint}$`),
      );
    }
    expect(new Set(runs.map(({ job }) => job)).size).toBe(expectedPairs.length);
  });

  test('a JobSink that is the subscriber has each event once, without an error', async () => {
    const runs = await runsOf(target, 'direct');
    expect(runs.map(({ event }) => event['id']).sort()).toEqual(ids);
    expect(runs.filter(({ event }) => 'knativeerrordest' in event)).toEqual([]);
  });

  test('a KafkaSink writes one record of an event for each destination that failed, with the error in its headers', async () => {
    const [records, count] = await Promise.all([
      target.cluster.consume(target.namespace, expectedPairs.length),
      target.cluster.countRecords(target.namespace),
    ]);
    expect(count).toBe(expectedPairs.length);
    const letters = records.map(({ headers, value }) => ({
      attributes: Object.fromEntries(headers.map(([name, text]) => [name, text.toString()])),
      value: value?.toString(),
    }));
    expect(
      pairsOf(
        letters.map(({ attributes }) => attributes),
        'ce_',
      ),
    ).toEqual(expectedPairs);
    for (const { attributes, value } of letters) {
      expect(value).toBe(`{"order":${String(attributes['ce_id'])}}`);
      expect(attributes).toMatchObject({ ce_source: '/shop', ce_region: 'eu', ce_knativeerrorcode: '500' });
      expect(textOf(attributes['ce_knativeerrordata'])).toMatch(
        attributes['ce_knativeerrordest'] === failing.nobody ? /^dispatch error: / : complaint,
      );
    }
  });
});
