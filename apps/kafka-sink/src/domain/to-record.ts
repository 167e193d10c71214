import { encodeKafkaRecord, type CloudEvent } from '@event-sinks/cloudevents';
import type { SinkRoute } from './sink-route.ts';

/** A record as it goes to the topic. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [string, Buffer])[];
}

/** The record that an event becomes under a route. */
export function toRecord(route: SinkRoute, event: CloudEvent): OutgoingRecord {
  return { topic: route.topic, ...encodeKafkaRecord(event, route.contentMode) };
}
