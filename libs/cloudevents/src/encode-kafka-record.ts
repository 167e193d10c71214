import { schemaAttributeOf, type CloudEvent } from './cloud-event.ts';
import { contentModeOf } from './content-mode.ts';
import { impliedType } from './data-form.ts';
import { encodeEventJson, sortedExtensions } from './encode-event-json.ts';
import { traceContextOf, type TraceContext } from './trace-context.ts';

/** A record of the CloudEvents Kafka binding, free of any client's types. */
export interface KafkaRecord {
  /** The `partitionkey` extension; `null` leaves the partition to the producer. */
  readonly key: Buffer | null;
  /** `null` for a binary event without data, which a compacted topic takes for a deletion. */
  readonly value: Buffer | null;
  /** Names and values; both are UTF-8 on the wire. */
  readonly headers: readonly (readonly [string, string])[];
}

type Header = readonly [string, string];

/**
 * The record for an event (Kafka binding 3.2 and 3.3). In binary mode the value is the event's data itself,
 * not a copy; numbers and booleans become their canonical text. Never throws.
 *
 * An event whose own data is of a type that begins with `application/cloudevents` is written in structured mode
 * whatever `mode` says: by that type as `content-type` a consumer tells the modes apart (3.1.1), so it would read the inner
 * event instead of this one, with an id and a source of the payload's choice.
 *
 * `trace` is the context of the request that brought the event. It goes into the headers of W3C's names; without one,
 * those of the distributed tracing extension do, if the event has it. The extension itself is passed on unchanged.
 */
export function encodeKafkaRecord(
  event: CloudEvent,
  mode: 'binary' | 'structured',
  trace?: TraceContext,
): KafkaRecord {
  const isBinary = mode === 'binary' && contentModeOf(event.datacontenttype) === 'binary';
  const headers: Header[] = isBinary ? binaryHeaders(event) : [['content-type', structuredType]];
  addTrace(headers, trace ?? traceContextOf(event));
  const value = isBinary ? (event.data ?? null) : encodeEventJson(event);
  return { key: keyOf(event), value, headers };
}

const structuredType = 'application/cloudevents+json';

/** Kafka binding 3.1 with the partitioning extension. */
function keyOf(event: CloudEvent): Buffer | null {
  const partitionKey = event.extensions.get('partitionkey');
  return partitionKey === undefined ? null : Buffer.from(String(partitionKey), 'utf8');
}

function addTrace(headers: Header[], trace: TraceContext | undefined): void {
  if (trace === undefined) return;
  headers.push(['traceparent', trace.traceparent]);
  if (trace.tracestate !== undefined) headers.push(['tracestate', trace.tracestate]);
}

function binaryHeaders(event: CloudEvent): Header[] {
  const { specversion, dataschema, subject, time } = event;
  const datacontenttype = event.datacontenttype ?? (event.isImpliedJson && impliedType);
  const headers: Header[] = [
    ['ce_specversion', specversion],
    ['ce_id', event.id],
    ['ce_source', event.source],
    ['ce_type', event.type],
  ];
  if (datacontenttype !== undefined) headers.push(['content-type', datacontenttype]);
  if (dataschema !== undefined) headers.push([`ce_${schemaAttributeOf(specversion)}`, dataschema]);
  if (subject !== undefined) headers.push(['ce_subject', subject]);
  if (time !== undefined) headers.push(['ce_time', time]);
  for (const [name, value] of sortedExtensions(event)) headers.push([`ce_${name}`, String(value)]);
  return headers;
}
