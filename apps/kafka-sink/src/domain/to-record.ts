import { encodeKafkaRecord, type CloudEvent, type TraceContext } from '@event-sinks/cloudevents';
import type { SinkRoute } from './sink-route.ts';

/** A record as it goes to the topic. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [string, string])[];
}

/** The record that an event becomes under a route; `trace` is the context of the request that brought it. */
export function toRecord(route: SinkRoute, event: CloudEvent, trace?: TraceContext): OutgoingRecord {
  const { key, value, headers } = encodeKafkaRecord(event, route.contentMode, trace);
  return { topic: route.topic, key, value, headers };
}
