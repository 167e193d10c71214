import { isDeepStrictEqual } from 'node:util';
import { KubeApiError, type KubeClient, type Lease } from '../src/index.ts';

/** An API server that knows leases and optimistic concurrency, and nothing else. */
export class LeaseServer {
  lease: Lease | undefined;
  #version = 0;

  get holder(): string {
    return this.lease?.spec?.holderIdentity ?? '';
  }

  /** A client of one candidate. `link.up` false makes it lose the connection, after `commit` if that is set. */
  client(
    link: { up: boolean; commitThenDrop?: boolean } = { up: true },
  ): Pick<KubeClient, 'get' | 'create' | 'replace'> {
    const call = async <T>(work: () => T, write: boolean): Promise<T> => {
      await Promise.resolve();
      if (!link.up && !(write && link.commitThenDrop === true)) throw lost();
      const result = work();
      await Promise.resolve();
      if (!link.up) throw lost();
      return result;
    };
    return {
      get: (_resource, _target) => call(() => this.#get(), false) as never,
      create: (_resource, body) => call(() => this.#create(body as unknown as Lease), true) as never,
      replace: (_resource, body) => call(() => this.#replace(body as unknown as Lease), true) as never,
    };
  }

  #get(): Lease {
    if (this.lease === undefined) throw refused(404, 'NotFound');
    return this.lease;
  }

  #create(body: Lease): Lease {
    if (this.lease !== undefined) throw refused(409, 'AlreadyExists');
    return this.#store(body);
  }

  #replace(body: Lease): Lease {
    const current = this.#get();
    if (current.metadata.resourceVersion !== body.metadata.resourceVersion) throw refused(409, 'Conflict');
    return isDeepStrictEqual(current, body) ? current : this.#store(body);
  }

  #store(body: Lease): Lease {
    this.#version += 1;
    this.lease = { ...body, metadata: { ...body.metadata, resourceVersion: String(this.#version) } };
    return this.lease;
  }
}

function refused(status: number, reason: string): KubeApiError {
  return new KubeApiError({ message: reason, status, reason });
}

function lost(): KubeApiError {
  return new KubeApiError({ message: 'no answer', transport: 'network' });
}
