import type { LookupAddress } from 'node:dns';
import { addressBytes, type AddressBytes } from './ip-address.ts';

/** Finds every address of a host name. @throws what `dns.lookup` gives. */
export type ResolveHost = (host: string) => Promise<readonly LookupAddress[]>;

/** What {@link DeniedHosts} works with. */
export interface DeniedHostsOptions {
  /** Names and addresses. */
  readonly hosts: readonly string[];
  readonly resolve: ResolveHost;
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number;
}

/** A Service keeps its address for as long as it lives. */
const freshMs = 30_000;

/** The addresses of hosts that nobody may be sent to, looked up when they are needed and kept for a while. */
export class DeniedHosts {
  readonly #options: DeniedHostsOptions;
  readonly #known = new Map<string, readonly string[]>();
  #asked = -Infinity;
  #asking: Promise<void> | undefined;

  constructor(options: DeniedHostsOptions) {
    this.#options = options;
  }

  /** Whether an address belongs to one of the hosts. @throws Error when that cannot be told. */
  async include(address: AddressBytes): Promise<boolean> {
    if (this.#options.hosts.length === 0) return false;
    if (this.#options.now() - this.#asked > freshMs) {
      this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
      await this.#asking;
    }
    const wanted = address.join();
    return [...this.#known.values()].some((addresses) => addresses.includes(wanted));
  }

  async #ask(): Promise<void> {
    await Promise.all(this.#options.hosts.map((host) => this.#askFor(host)));
    this.#asked = this.#options.now();
  }

  async #askFor(host: string): Promise<void> {
    try {
      const literal = addressBytes(host);
      const found = literal === undefined ? await this.#resolved(host) : [literal];
      this.#known.set(
        host,
        found.map((bytes) => bytes.join()),
      );
    } catch (error) {
      // A name that does not exist leads nowhere. While DNS fails, what was found last still counts.
      if (isUnknownHost(error)) this.#known.set(host, []);
      else if (!this.#known.has(host)) throw error;
    }
  }

  async #resolved(host: string): Promise<readonly AddressBytes[]> {
    const found = await this.#options.resolve(host);
    return found.map(({ address }) => addressBytes(address)).filter((bytes) => bytes !== undefined);
  }
}

function isUnknownHost(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOTFOUND';
}
