import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jobs, secrets } from '@event-sinks/kube';
import {
  eventually,
  freePorts,
  servedUrl,
  stored,
  type Answer,
  type SinkProcess,
} from '@event-sinks/testing';
import { startCluster, type Cluster, type Secret } from './cluster.ts';
import { eventHeaders, post, startDispatcherProcess } from './dispatcher.ts';
import { holdAdmission } from './held-admission.ts';

let cluster: Cluster;
let port: number;

beforeAll(async () => {
  cluster = await startCluster();
  [port = 0] = await freePorts(1);
}, 120_000);

afterAll(() => cluster.close());

const start = (env: Readonly<Record<string, string>> = {}): Promise<SinkProcess> =>
  startDispatcherProcess(port, { KUBECONFIG: cluster.server.kubeconfig, ...env });

const idOf = (secret: Secret): string => {
  const event = JSON.parse(Buffer.from(secret.data['event'] ?? '', 'base64').toString()) as { id: string };
  return event.id;
};

const ownerOf = ({ metadata }: Secret): string | undefined => metadata.ownerReferences?.[0]?.uid;

describe('a dispatcher that is killed', () => {
  test('between Job and Secret has acknowledged nothing, and the redelivery completes the pair', async () => {
    const sink = await cluster.jobSink(await cluster.namespace('between'), 'logger');
    const first = await start();
    const url = await servedUrl(first.url, sink);
    const sample = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'between', name: 'sample' },
    };
    const hold = await holdAdmission(cluster.client, secrets, sample);
    const delivery = post(url).then(
      ({ status }) => status,
      () => 'no answer',
    );
    const job = await eventually(async () => {
      const found = await cluster.jobsOf('between');
      expect(found).toHaveLength(1);
      return found[0]!;
    });
    await first.end('SIGKILL');
    expect(await delivery).toBe('no answer');
    await hold.release();
    expect(await cluster.isGone(secrets, 'between', job.metadata.name)).toBe(true);

    const second = await start();
    expect(await post(await servedUrl(second.url, sink))).toEqual(stored);
    expect((await cluster.jobsOf('between')).map(({ metadata }) => metadata.uid)).toEqual([job.metadata.uid]);
    expect((await cluster.secretsOf('between')).map(ownerOf)).toEqual([job.metadata.uid]);
    expect(await cluster.isGone(jobs, 'between', job.metadata.name)).toBe(false);
    expect(await second.end('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  test('again and again under load loses no acknowledged event and doubles none', async () => {
    const kills = 4;
    const acknowledgedPerKill = 25;
    const senders = 8;
    const sink = await cluster.jobSink(await cluster.namespace('killed'), 'logger');
    let dispatcher = await start();
    const url = await servedUrl(dispatcher.url, sink);
    const acknowledged = new Set<string>();
    const odd: unknown[] = [];
    let killed = 0;
    let restarting: Promise<void> | undefined;
    let next = 0;

    const restart = async (): Promise<void> => {
      await dispatcher.end('SIGKILL');
      dispatcher = await start();
      killed += 1;
      restarting = undefined;
    };
    const deliver = (id: string): Promise<void> =>
      eventually(
        async () => {
          const answer = await post(url, eventHeaders({ 'ce-id': id }));
          // A dispatcher that has just started may not have its list yet; 404 is retried by every sender.
          if (answer.status !== 202 && answer.reason !== 'SinkNotFound') odd.push(answer);
          expect(answer).toEqual(stored);
          acknowledged.add(id);
        },
        { timeoutMs: 30_000, intervalMs: 20 },
      );
    const send = async (): Promise<void> => {
      while (acknowledged.size < (kills + 1) * acknowledgedPerKill) {
        const id = String((next += 1));
        await deliver(id);
        if (killed < kills && acknowledged.size > (killed + 1) * acknowledgedPerKill)
          restarting ??= restart();
      }
    };
    await Promise.all(Array.from({ length: senders }, send));
    await restarting;

    expect(killed).toBe(kills);
    expect(odd).toEqual([]);
    const made = await cluster.jobsOf('killed');
    const kept = await cluster.secretsOf('killed');
    expect(new Set(kept.map(idOf))).toEqual(acknowledged);
    expect(kept).toHaveLength(acknowledged.size);
    expect(new Set(kept.map(ownerOf))).toEqual(new Set(made.map(({ metadata }) => metadata.uid)));
    expect(made).toHaveLength(acknowledged.size);
    await dispatcher.end('SIGTERM');
  });
});

test('SIGTERM under load: every event is answered 202 on an unbroken connection, and the exit is clean', async () => {
  const sink = await cluster.jobSink(await cluster.namespace('drained'), 'logger');
  const dispatcher = await start({ DRAIN_DELAY: '3s' });
  const url = await servedUrl(dispatcher.url, sink);
  const answers: (Answer | { readonly failed: unknown })[] = [];
  let routed = true;
  let next = 0;
  const send = async (): Promise<void> => {
    while (routed) {
      const headers = eventHeaders({ 'ce-id': String((next += 1)) });
      answers.push(await post(url, headers).catch((failed: unknown) => ({ failed })));
    }
  };
  const senders = Array.from({ length: 16 }, send);
  await eventually(() => {
    expect(answers.length).toBeGreaterThan(100);
  });
  const ended = dispatcher.end('SIGTERM');
  // Readiness goes first; the endpoints, and with them the senders, follow later.
  await eventually(async () => {
    expect((await fetch(`${dispatcher.url}/readyz`)).status).toBe(503);
  });
  const whenUnready = answers.length;
  await eventually(() => {
    expect(answers.length).toBeGreaterThan(whenUnready + 100);
  });
  routed = false;
  await Promise.all(senders);
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(answers).toEqual(answers.map(() => stored));
  const kept = await cluster.secretsOf('drained');
  expect(kept).toHaveLength(answers.length);
});
