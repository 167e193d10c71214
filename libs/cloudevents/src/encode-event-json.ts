import { schemaAttributeOf, type AttributeValue, type CloudEvent } from './cloud-event.ts';
import { dataFormOf, type DataForm } from './data-form.ts';

const closeBrace = 0x7d;

/**
 * The event as one object of the CloudEvents JSON format (1.0.2), in UTF-8 without a trailing newline: the
 * event file of a JobSink and the value of a Kafka record in structured mode, by the same rules.
 *
 * JSON payloads stand in it byte for byte. No attribute is invented and none can come from the payload, see
 * {@link dataFormOf}. Never throws.
 */
export function encodeEventJson(event: CloudEvent): Buffer {
  const form = dataFormOf(event);
  const attributes = attributesJson(event, form);
  const data = event.data ?? Buffer.alloc(0);
  switch (form) {
    case 'none':
      return Buffer.from(`${attributes}}`);
    case 'json':
      return spliced(`${attributes},"data":`, data);
    case 'text':
      return Buffer.from(`${attributes},"data":${JSON.stringify(data.toString('utf8'))}}`);
    case 'base64':
      return Buffer.from(`${attributes},"${base64Member(event)}":"${data.toString('base64')}"}`);
  }
}

/** Everything but the data, with the brace still open; the order is that of the example users know. */
function attributesJson(event: CloudEvent, form: DataForm): string {
  let json = `{"specversion":"${event.specversion}","id":${JSON.stringify(event.id)}`;
  json += `,"source":${JSON.stringify(event.source)},"type":${JSON.stringify(event.type)}`;
  json += member('datacontenttype', event.datacontenttype);
  if (form === 'base64' && event.specversion === '0.3') {
    json += member('datacontentencoding', 'base64');
  }
  json += member(schemaAttributeOf(event.specversion), event.dataschema);
  json += member('subject', event.subject) + member('time', event.time);
  for (const [name, value] of sortedExtensions(event)) {
    json += member(name, value);
  }
  return json;
}

function member(name: string, value: AttributeValue | undefined): string {
  return value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`;
}

/** Version 0.3 keeps base64 under `data` and says so in an attribute. */
function base64Member({ specversion }: CloudEvent): 'data' | 'data_base64' {
  return specversion === '0.3' ? 'data' : 'data_base64';
}

/** The extensions by name, so that equal events are equal bytes. */
export function sortedExtensions(event: CloudEvent): (readonly [string, AttributeValue])[] {
  return [...event.extensions].sort(([left], [right]) => (left < right ? -1 : 1));
}

function spliced(head: string, data: Buffer): Buffer {
  const headLength = Buffer.byteLength(head);
  const json = Buffer.allocUnsafe(headLength + data.length + 1);
  json.write(head);
  data.copy(json, headLength);
  json[headLength + data.length] = closeBrace;
  return json;
}
