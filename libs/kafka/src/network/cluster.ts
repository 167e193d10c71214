import type { Call } from '../protocol/call.ts';
import { metadataCall, type Metadata, type TopicMetadata } from '../protocol/metadata.ts';
import { producerIdCall } from '../protocol/producer-id.ts';
import { bootstrapAddress, originOf, type BrokerAddress } from './broker-address.ts';
import type { Dialer } from './broker-connection.ts';
import { BrokerLink } from './broker-link.ts';
import { firstAnswer } from './first-answer.ts';
import type { LoginHold } from './login-hold.ts';

/** What a {@link Cluster} takes. */
export interface ClusterOptions {
  readonly bootstrapServers: readonly string[];
  readonly dialer: Dialer;
  readonly logins: LoginHold;
}

/** What connections are for that are kept; questions go there too, unless records are under way. */
const records = 'records';
const questions = 'questions';

/** Brokers that are asked in turn, at most. */
const maxAsked = 10;

/** How long a broker may be silent before another one is asked as well. */
const patienceMs = 500;

/** The brokers of a cluster, and the connections to them. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #bootstrap: readonly BrokerAddress[];
  /** By address and purpose, so that a bootstrap server and the broker behind it are one connection. */
  readonly #links = new Map<string, BrokerLink>();
  readonly #detached = new Set<BrokerLink>();
  #addresses: ReadonlyMap<number, BrokerAddress> = new Map();
  #wanted = new Set<string>();
  #asking: Promise<Metadata> | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#bootstrap = options.bootstrapServers.map(bootstrapAddress);
  }

  /** A connection to a node that the newest metadata names, for one purpose; undefined for any other node. */
  link(nodeId: number, purpose: string): BrokerLink | undefined {
    const address = this.#addresses.get(nodeId);
    return address === undefined ? undefined : this.#link(address, purpose);
  }

  /** Takes a connection out, to be released later; the next one for this purpose is a new one. */
  detach(nodeId: number, purpose: string): BrokerLink | undefined {
    const address = this.#addresses.get(nodeId);
    if (address === undefined) return undefined;
    const key = keyOf(address, purpose);
    const link = this.#links.get(key);
    this.#links.delete(key);
    if (link !== undefined) this.#detached.add(link);
    return link;
  }

  /** Asks about a topic; questions that come in one turn are asked together. @throws when no broker answers. */
  async describe(topic: string): Promise<TopicMetadata | undefined> {
    this.#wanted.add(topic);
    this.#asking ??= Promise.resolve().then(() => this.#askMetadata());
    const { topics } = await this.#asking;
    return topics.find(({ name }) => name === topic);
  }

  /** A producer id that nobody else has. @throws when no broker gives one. */
  producerId(): Promise<bigint> {
    return this.#askAny(producerIdCall);
  }

  /** Closes connections on which nothing was asked for so long, in milliseconds. */
  closeIdleLinks(idleMs: { readonly records: number; readonly others: number }): void {
    for (const [key, link] of this.#links)
      link.closeIfIdle(key.endsWith(` ${records}`) ? idleMs.records : idleMs.others);
  }

  /** Closes a connection that was taken out. */
  release(link: BrokerLink): void {
    this.#detached.delete(link);
    link.close();
  }

  close(): void {
    for (const link of [...this.#links.values(), ...this.#detached]) link.close();
  }

  async #askMetadata(): Promise<Metadata> {
    const topics = [...this.#wanted];
    this.#wanted = new Set();
    this.#asking = undefined;
    const metadata = await this.#askAny(metadataCall(topics));
    this.#learn(metadata.brokers);
    return metadata;
  }

  /** A node that is not named any more is forgotten, and its connections with it. */
  #learn(brokers: Metadata['brokers']): void {
    const { bootstrapServers } = this.#options;
    this.#addresses = new Map(
      brokers.map(({ nodeId, host, port }) => {
        const origin = originOf(bootstrapServers, { host, port });
        return [nodeId, { host, port, origin }];
      }),
    );
    const known = new Set([...this.#addresses.values(), ...this.#bootstrap].map((each) => hostPort(each)));
    for (const [key, link] of this.#links) {
      if (known.has(key.slice(0, key.lastIndexOf(' ')))) continue;
      this.#links.delete(key);
      link.close();
    }
  }

  /** Asks the brokers in turn: first those that are connected and not busy. */
  #askAny<T>(call: Call<T>): Promise<T> {
    const free = [...this.#links.values()].filter((link) => link.isConnected() && !link.isBusy());
    const others = [...this.#addresses.values(), ...this.#bootstrap].map((address) => this.#toAsk(address));
    const links = [...new Set([...free, ...others])].slice(0, maxAsked);
    return firstAnswer(
      links.map((link) => () => link.request(call)),
      patienceMs,
    );
  }

  /** The connection to ask on: the one that records will take, unless it is busy. */
  #toAsk(address: BrokerAddress): BrokerLink {
    const link = this.#link(address, records);
    return link.isBusy() ? this.#link(address, questions) : link;
  }

  #link(address: BrokerAddress, purpose: string): BrokerLink {
    const key = keyOf(address, purpose);
    const existing = this.#links.get(key);
    if (existing !== undefined) return existing;
    const { dialer, logins } = this.#options;
    const link = new BrokerLink({ address, dialer, logins });
    this.#links.set(key, link);
    return link;
  }
}

const hostPort = ({ host, port }: BrokerAddress): string => `${host}:${port}`;

const keyOf = (address: BrokerAddress, purpose: string): string => `${hostPort(address)} ${purpose}`;
