import { SinkError } from '@event-sinks/errors';
import type { SecurityGate } from '@event-sinks/kube';
import type { Destination, SinkRoute } from '../domain/sink-route.ts';
import { noRoom, type ProducerLease } from './producer-pool.ts';

/** A sink that events can be written to now. */
export interface ServedKafkaSink extends SinkRoute {
  readonly destination: Destination;
  readonly lease: ProducerLease;
}

/** Why a sink that is known cannot be served, or the sink. */
export type DirectoryEntry = ServedKafkaSink | { readonly refusal: SinkError };

/** Names in one log line. */
const mostWriters = 3;

/** The map that the event path reads; kept by the sync. */
export class SinkDirectory {
  readonly #entries = new Map<string, DirectoryEntry>();
  readonly #gate: Pick<SecurityGate, 'assertOpen'>;

  constructor(gate: Pick<SecurityGate, 'assertOpen'>) {
    this.#gate = gate;
  }

  /** @throws SinkError `SinkNotFound`, `SinkTerminating`, what keeps the sink from being served, or what the gate says. */
  find(namespace: string, name: string): ServedKafkaSink {
    const entry = this.#entries.get(`${namespace}/${name}`);
    if (entry === undefined) throw new SinkError('SinkNotFound');
    if ('refusal' in entry) throw entry.refusal;
    this.#gate.assertOpen(entry.isUnderPolicy);
    if (!entry.lease.canSend()) throw noRoom();
    return entry;
  }

  get(key: string): DirectoryEntry | undefined {
    return this.#entries.get(key);
  }

  set(key: string, entry: DirectoryEntry): void {
    this.#entries.set(key, entry);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** The sinks that write to this topic by this producer, as `namespace/name`; a few of them where they are many. */
  writersOf(producerKey: string, topic: string): readonly string[] {
    const writers: string[] = [];
    for (const [key, entry] of this.#entries) {
      if (writers.length === mostWriters) break;
      if ('lease' in entry && entry.topic === topic && entry.destination.producerKey === producerKey)
        writers.push(key);
    }
    return writers;
  }

  entries(): readonly DirectoryEntry[] {
    return [...this.#entries.values()];
  }
}
