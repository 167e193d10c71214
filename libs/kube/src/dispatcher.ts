import { createHash } from 'node:crypto';
import type { AgentOptions } from 'node:https';
import { KubeConfig, type Cluster } from '@kubernetes/client-node';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';

/** Limits of the connection pool. */
export interface PoolOptions {
  /** How many connections may be open at once; a watch holds one for as long as it runs. */
  readonly connections: number;
  /** Milliseconds for TCP and TLS together. */
  readonly connectTimeoutMs: number;
}

/** What client-node calls to get from TLS settings to connections. */
export type DispatcherFactory = (cluster: Cluster | null, options: AgentOptions) => Dispatcher;

/**
 * kube-apiserver closes an idle connection after 90 s. Closing ours well before avoids writing into a
 * connection that is being closed, which would leave it unknown whether a create happened.
 */
const idleConnectionMs = 30_000;

/**
 * Keeps one pool for as long as the TLS settings stay the same, and makes another when the CA or the client
 * certificate changes; requests and watches on the earlier pool finish there, its connections then idle out.
 */
export function memoisedDispatcher(pool: PoolOptions): DispatcherFactory {
  let current: { fingerprint: string; dispatcher: Dispatcher } | undefined;
  return (cluster, options) => {
    const fingerprint = fingerprintOf(cluster, options);
    if (current?.fingerprint !== fingerprint) {
      current = { fingerprint, dispatcher: createDispatcher(pool, cluster, options) };
    }
    return current.dispatcher;
  };
}

/**
 * Makes `config` use `factory`. client-node 2.0.1 opens a new pool, and so a new TLS connection, for every
 * call; its method is private, hence the property put in front of it. Should a later version rename it, the
 * connection-count test fails.
 */
export function useDispatcher(config: KubeConfig, factory: DispatcherFactory): void {
  Object.defineProperty(config, 'createDispatcher', { value: factory });
}

function createDispatcher(pool: PoolOptions, cluster: Cluster | null, options: AgentOptions): Dispatcher {
  const plan = new KubeConfig().createDispatcherOptions(cluster, options);
  const shared = {
    connections: pool.connections,
    keepAliveTimeout: idleConnectionMs,
    // Deadlines are set per request, and a quiet watch is legitimate.
    headersTimeout: 0,
    bodyTimeout: 0,
    // Over HTTP/2 every call would share one connection, so one that has gone dead would hold up all of them.
    allowH2: false,
  };
  switch (plan.type) {
    case 'agent':
      return new Agent({
        ...shared,
        connect: { ...plan.connect, timeout: pool.connectTimeoutMs } as NonNullable<Agent.Options['connect']>,
      });
    case 'proxy':
      return new ProxyAgent({ ...shared, uri: plan.uri, requestTls: plan.requestTls } as ProxyAgent.Options);
    case 'socks':
      return clientNodeDispatcher(cluster, options);
    case 'none':
      return new Agent({ ...shared, connect: { timeout: pool.connectTimeoutMs } });
  }
}

/** client-node's own SOCKS connector is not exported by itself. */
function clientNodeDispatcher(cluster: Cluster | null, options: AgentOptions): Dispatcher {
  const create = Reflect.get(KubeConfig.prototype, 'createDispatcher') as DispatcherFactory;
  return Reflect.apply(create, new KubeConfig(), [cluster, options]);
}

function fingerprintOf(cluster: Cluster | null, options: AgentOptions): string {
  const { ca, cert, key, passphrase, rejectUnauthorized, servername } = options;
  const material = [ca, cert, key].map((pem) => (Buffer.isBuffer(pem) ? pem.toString('base64') : pem));
  const facts = [cluster?.server, cluster?.proxyUrl, passphrase, rejectUnauthorized, servername, ...material];
  return createHash('sha256').update(JSON.stringify(facts)).digest('base64');
}
