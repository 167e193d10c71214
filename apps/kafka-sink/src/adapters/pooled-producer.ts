import type { KafkaProducer, SendResult } from '@event-sinks/kafka';
import type { Destination } from '../domain/sink-route.ts';
import type { OutgoingRecord } from '../domain/to-record.ts';
import type { BatchMeter } from './producer-metrics.ts';
import type { TopicLine } from './topic-line.ts';

/** What a producer is made of when its first event comes. */
export interface OpenedProducer {
  readonly producer: KafkaProducer;
  readonly meter: BatchMeter;
  /** The namespace whose event it was, and whose slot it has. */
  readonly namespace: string;
}

/** The producer of one destination, which may not be made yet. */
export class PooledProducer {
  readonly destination: Destination;
  /** One line per topic: a topic that is stuck must not hold up the others of its cluster. */
  readonly lines = new Map<string, TopicLine>();
  leases = 0;
  underWay = 0;
  /** Set once no lease is left. */
  isClosing = false;
  /** Set while the producer only finishes its work. */
  onFinished: (() => void) | undefined;
  opened: OpenedProducer | undefined;

  constructor(destination: Destination) {
    this.destination = destination;
  }

  /** Used by its lines, which send nothing before it is opened. */
  send(batch: readonly OutgoingRecord[]): Promise<readonly SendResult[]> {
    return this.#assertOpen().producer.send(batch);
  }

  /** Used by its lines. */
  produced(results: readonly SendResult[], seconds: number): void {
    this.#assertOpen().meter.produced(results, seconds);
  }

  #assertOpen(): OpenedProducer {
    if (this.opened === undefined) throw new Error('the producer is not made yet');
    return this.opened;
  }
}
