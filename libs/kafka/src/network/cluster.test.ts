import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { listen } from '../../test/fake-broker.ts';
import { loopbackGuard } from '../../test/loopback-guard.ts';
import { metadataCall } from '../protocol/metadata.ts';
import { WireWriter } from '../protocol/wire-writer.ts';
import { Cluster } from './cluster.ts';
import { LoginHold } from './login-hold.ts';

interface Node {
  readonly id: number;
  readonly port: number;
}

/** A broker that names other brokers, and topics with one partition. */
interface Broker {
  readonly port: number;
  nodes: readonly Node[];
  isSilent: boolean;
  /** The topics of each question. */
  readonly questions: string[][];
  readonly connections: number;
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function startBroker(nodes: readonly Node[] = []): Promise<Broker> {
  let connections = 0;
  const server = await listen((socket) => {
    connections += 1;
    socket.on('data', (request) => {
      if (broker.isSilent) return;
      const head = new WireWriter().int32(request.readInt32BE(8));
      if (request.readInt16BE(4) === 22) head.int32(0).int16(0).int32(0).int32(4_711).int16(0);
      else describeTopics(head, broker, request);
      // Each part is a whole frame or a number of whole brokers, which are too many for one buffer of the writer.
      for (const part of head.frame()) socket.write(part);
    });
  });
  const broker = {
    ...{ port: server.port, nodes, isSilent: false, questions: new Array<string[]>() },
    get connections() {
      return connections;
    },
  };
  ends.push(server.close);
  return broker;
}

function describeTopics(writer: WireWriter, { nodes, questions }: Broker, request: Buffer): void {
  let at = 14 + request.readInt16BE(12);
  const topics = Array.from({ length: request.readInt32BE(at) }, () => {
    const length = request.readInt16BE(at + 4);
    at += 2 + length;
    return request.subarray(at + 4 - length, at + 4).toString();
  });
  questions.push(topics);
  const brokers = Buffer.concat(nodes.map(({ id, port }) => brokerBytes(id, port)));
  writer.raw(Buffer.concat([number(0), number(nodes.length), brokers]));
  const rest = topics.map((topic) =>
    Buffer.concat(new WireWriter().int16(3).string(topic).boolean(false).int32(0).frame()).subarray(4),
  );
  writer.raw(Buffer.concat([Buffer.of(255, 255), number(1), number(topics.length), ...rest]));
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const brokerBytes = (id: number, port: number): Buffer =>
  Buffer.concat([number(id), Buffer.from('\0\x09127.0.0.1'), number(port), Buffer.of(255, 255)]);

function clusterOf(...ports: readonly number[]): Cluster {
  const limits = { connectTimeoutMs: 2_000, requestTimeoutMs: 2_000 };
  const cluster = new Cluster({
    bootstrapServers: ports.map((port) => `127.0.0.1:${port}`),
    dialer: { clientId: 'test', guard: loopbackGuard, maxAnswerBytes: 4 * 1_048_576, ...limits },
    logins: new LoginHold({ pauseMs: 1, maxPauseMs: 1, now: () => 0, random: () => 0 }),
  });
  ends.push(() => {
    cluster.close();
  });
  return cluster;
}

describe('a cluster', () => {
  test('asks about all topics of one turn in one question', async () => {
    const broker = await startBroker();
    const cluster = clusterOf(broker.port);
    const [first, second] = await Promise.all([
      cluster.describe('a'),
      cluster.describe('bc'),
      cluster.describe('a'),
    ]);
    expect([first?.name, second?.name]).toEqual(['a', 'bc']);
    expect(broker.questions).toEqual([['a', 'bc']]);
    await cluster.describe('d');
    expect(broker.questions).toEqual([['a', 'bc'], ['d']]);
  });

  test('has one connection to a bootstrap server and the node behind it', async () => {
    const broker = await startBroker();
    broker.nodes = [{ id: 1, port: broker.port }];
    const cluster = clusterOf(broker.port);
    await cluster.describe('a');
    await cluster.link(1, 'records')?.request(metadataCall([]));
    expect(await cluster.producerId()).toBe(4_711n);
    expect(broker.connections).toBe(1);
  });

  test('has no connection to a node that nobody names', async () => {
    const broker = await startBroker([{ id: 1, port: 9 }]);
    const cluster = clusterOf(broker.port);
    expect(cluster.link(1, 'records')).toBeUndefined();
    await cluster.describe('a');
    expect(cluster.link(1, 'records')).toBeDefined();
    expect(cluster.link(2, 'records')).toBeUndefined();
  });

  test('forgets a node that is not named any more, and closes its connection', async () => {
    const [broker, other] = [await startBroker(), await startBroker()];
    broker.nodes = [{ id: 2, port: other.port }];
    const cluster = clusterOf(broker.port);
    await cluster.describe('a');
    const link = cluster.link(2, 'records');
    await link?.request(metadataCall([]));
    other.isSilent = true;
    const waiting = link?.request(metadataCall([])).catch((error: unknown) => error);
    broker.nodes = [];
    await cluster.describe('a');
    expect(cluster.link(2, 'records')).toBeUndefined();
    expect(await waiting).toEqual(new Error('the client is closed'));
    expect(link?.isConnected()).toBe(false);
  });

  test('refuses an answer with more than 2,000 brokers, and keeps the nodes that it knew', async () => {
    const broker = await startBroker([{ id: 1, port: 9 }]);
    const cluster = clusterOf(broker.port);
    await cluster.describe('a');
    broker.nodes = Array.from({ length: 2_001 }, (_, id) => ({ id, port: 9 }));
    const message = "the broker's answer is malformed: 2001 elements instead of 2000";
    await expect(cluster.describe('a')).rejects.toMatchObject({
      errors: expect.arrayContaining([expect.objectContaining({ message })]),
    });
    expect(cluster.link(1, 'records')).toBeDefined();
    expect(cluster.link(2, 'records')).toBeUndefined();
    broker.nodes = broker.nodes.slice(0, 2_000);
    await cluster.describe('a');
    expect(cluster.link(1_999, 'records')).toBeDefined();
  });

  test('asks the next bootstrap server when one refuses the connection', async () => {
    const broker = await startBroker();
    expect(await clusterOf(1, broker.port).describe('a')).toMatchObject({ name: 'a' });
  });

  test('asks the next bootstrap server when one is silent', async () => {
    const [silent, broker] = [await startBroker(), await startBroker()];
    silent.isSilent = true;
    expect(await clusterOf(silent.port, broker.port).describe('a')).toMatchObject({ name: 'a' });
    expect(silent.connections).toBe(1);
  });

  test('throws every failure when no broker answers, and asks again the next time', async () => {
    const cluster = clusterOf(1, 2);
    for (let time = 0; time < 2; time += 1) {
      const failure: unknown = await cluster.describe('a').catch((error: unknown) => error);
      expect((failure as AggregateError).errors).toHaveLength(2);
    }
  });

  test('asks on another connection while records are under way', async () => {
    const broker = await startBroker();
    broker.nodes = [{ id: 1, port: broker.port }];
    const cluster = clusterOf(broker.port);
    await cluster.describe('a');
    broker.isSilent = true;
    const waiting = cluster
      .link(1, 'records')
      ?.request(metadataCall([]))
      .catch(() => undefined);
    await sleep(50);
    broker.isSilent = false;
    await cluster.describe('b');
    expect(broker.connections).toBe(2);
    cluster.close();
    await waiting;
  });

  test('gives a new connection after the old one was detached', async () => {
    const broker = await startBroker();
    broker.nodes = [{ id: 1, port: broker.port }];
    const cluster = clusterOf(broker.port);
    await cluster.describe('a');
    const old = cluster.link(1, 'records');
    expect(cluster.detach(1, 'records')).toBe(old);
    expect(cluster.link(1, 'records')).not.toBe(old);
    expect(cluster.detach(2, 'records')).toBeUndefined();
    old?.close();
  });
});
