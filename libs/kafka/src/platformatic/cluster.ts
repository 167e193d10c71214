import { bootstrapAddress, originOf, type BrokerAddress } from '../network/broker-address.ts';
import type { Dialer } from '../network/open-connection.ts';
import { BrokerLink } from './broker-link.ts';
import type { LoginHold } from './login-hold.ts';
import { metadataCall, producerIdCall, type Call, type Metadata, type TopicAnswer } from './calls.ts';

/** What a {@link Cluster} takes. */
export interface ClusterOptions {
  readonly bootstrapServers: readonly string[];
  readonly dialer: Dialer;
  readonly logins: LoginHold;
}

/** The brokers, one connection to each. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #bootstrap: readonly BrokerAddress[];
  /** By `host:port`, so that a bootstrap server and the broker behind it are one connection. */
  readonly #links = new Map<string, BrokerLink>();
  readonly #addresses = new Map<number, BrokerAddress>();
  #wanted = new Set<string>();
  #asking: Promise<Metadata> | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#bootstrap = options.bootstrapServers.map(bootstrapAddress);
  }

  /** The connection to a node that the metadata has named; undefined for any other. */
  node(nodeId: number): BrokerLink | undefined {
    const address = this.#addresses.get(nodeId);
    return address === undefined ? undefined : this.#link(address);
  }

  /** Asks about a topic; questions that come in one turn are asked together. @throws when no broker answers. */
  async describe(topic: string): Promise<TopicAnswer> {
    this.#wanted.add(topic);
    this.#asking ??= Promise.resolve().then(() => this.#askMetadata());
    const { topics } = await this.#asking;
    return topics.get(topic) ?? { error: undefined, leaders: [] };
  }

  /** A producer id that nobody else has. @throws when no broker gives one. */
  producerId(): Promise<bigint> {
    return this.#askAny(producerIdCall);
  }

  closeIdleLinks(): void {
    for (const link of this.#links.values()) link.closeIfIdle();
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
  }

  async #askMetadata(): Promise<Metadata> {
    const topics = [...this.#wanted];
    this.#wanted = new Set();
    this.#asking = undefined;
    const metadata = await this.#askAny(metadataCall(topics));
    for (const { nodeId, host, port } of metadata.brokers) {
      const origin = originOf(this.#options.bootstrapServers, { host, port });
      this.#addresses.set(nodeId, { host, port, origin });
    }
    return metadata;
  }

  /** Asks one broker after another until one answers: first those that are connected. */
  async #askAny<T>(call: Call<T>): Promise<T> {
    const links = new Set([...this.#addresses.values(), ...this.#bootstrap].map((each) => this.#link(each)));
    const byReach = [...links].sort((a, b) => Number(b.isConnected()) - Number(a.isConnected()));
    const failures: unknown[] = [];
    for (const link of byReach) {
      try {
        return await link.request(call);
      } catch (error) {
        failures.push(error);
      }
    }
    throw new AggregateError(failures, 'no broker answers');
  }

  #link(address: BrokerAddress): BrokerLink {
    const key = `${address.host}:${address.port}`;
    const existing = this.#links.get(key);
    if (existing !== undefined) return existing;
    const { dialer, logins } = this.#options;
    const link = new BrokerLink({ address, dialer, logins });
    this.#links.set(key, link);
    return link;
  }
}
