import {
  freePorts,
  startTestKafkaCluster,
  type TestClusterNode,
  type TestKafkaCluster,
  type TestNodePorts,
} from '@event-sinks/testing';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** A broker and what stands between it and its clients; the brokers reach each other past that. */
export interface ProxiedNode {
  readonly broker: TestClusterNode;
  readonly proxy: TcpProxy;
}

/** Three brokers whose clients come through proxies. */
export interface ProxiedCluster {
  readonly kafka: TestKafkaCluster;
  readonly nodes: readonly ProxiedNode[];
  /** What clients are told: the proxies. */
  readonly bootstrapServers: readonly string[];
  /** The broker that leads a partition of a topic. */
  leaderOf(topic: string, partition?: number): Promise<ProxiedNode>;
  close(): Promise<void>;
}

/** Starts brokers with a listener for clients each, advertised under the port of its proxy. */
export async function startProxiedCluster(): Promise<ProxiedCluster> {
  const clientPorts = await freePorts(3);
  const proxies = await Promise.all(clientPorts.map((port) => startTcpProxy(() => port)));
  const closeProxies = async (): Promise<void> => {
    await Promise.all(proxies.map((proxy) => proxy.close()));
  };
  try {
    const kafka = await startTestKafkaCluster({
      nodeProperties: (node) =>
        withClientListener(node, { own: clientPorts[node.id - 1]!, advertised: proxies[node.id - 1]!.port }),
    });
    const nodes = kafka.nodes.map((broker, index) => ({ broker, proxy: proxies[index]! }));
    return {
      kafka,
      nodes,
      bootstrapServers: proxies.map(({ port }) => `127.0.0.1:${port}`),
      async leaderOf(topic, partition = 0) {
        const id = (await kafka.leadersOf(topic)).get(partition);
        const leader = nodes.find(({ broker }) => broker.id === id);
        if (leader === undefined) throw new Error(`${topic} has no leader for partition ${partition}`);
        return leader;
      },
      async close() {
        await kafka.close();
        await closeProxies();
      },
    };
  } catch (error) {
    await closeProxies();
    throw error;
  }
}

function withClientListener(
  { port, controllerPort }: TestNodePorts,
  client: { readonly own: number; readonly advertised: number },
): Record<string, string> {
  const plain = `PLAINTEXT://127.0.0.1:${port}`;
  return {
    listeners: `${plain},CONTROLLER://127.0.0.1:${controllerPort},CLIENT://127.0.0.1:${client.own}`,
    'advertised.listeners': `${plain},CLIENT://127.0.0.1:${client.advertised}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,CLIENT:PLAINTEXT',
  };
}
