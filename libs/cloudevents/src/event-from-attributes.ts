import { isAttributeName, isAttributeText } from './attribute-text.ts';
import { schemaAttributeOf, type AttributeValue, type EventDraft, type SpecVersion } from './cloud-event.ts';
import { SinkError, type Problem } from '@event-sinks/errors';
import { isMediaType } from './media-type.ts';
import { invalidAttribute } from './refusals.ts';
import { isTimestamp } from './timestamp.ts';
import { isUriReference } from './uri.ts';

/** The attributes of one event by their names on the wire, whatever wire it was. */
export type Attributes = Map<string, AttributeValue>;

/** A type of the CloudEvents type system beyond String. */
interface AttributeType {
  readonly has: (text: string) => boolean;
  readonly otherwise: Problem;
}

const uriReference: AttributeType = { has: isUriReference, otherwise: 'notUriReference' };
const mediaType: AttributeType = { has: isMediaType, otherwise: 'notMediaType' };
const timestamp: AttributeType = { has: isTimestamp, otherwise: 'notTimestamp' };

/**
 * The event without its data. Takes `attributes` over: what is no context attribute stays in it and becomes
 * the extensions.
 *
 * Throws `NotACloudEvent` without a specversion and `InvalidAttribute` for a value that is missing, empty or
 * not of its type (CloudEvents 1.0.2, «Type system» and «Context attributes»).
 */
export function eventFromAttributes(attributes: Attributes): EventDraft {
  const specversion = takeSpecVersion(attributes);
  for (const [name, value] of attributes) {
    checkAttribute(name, value);
  }
  const draft: EventDraft = {
    specversion,
    id: takeRequired(attributes, 'id'),
    source: takeSource(attributes),
    type: takeRequired(attributes, 'type'),
    extensions: attributes,
  };
  takeOptionals(attributes, draft);
  return draft;
}

function takeSpecVersion(attributes: Attributes): SpecVersion {
  const specversion = attributes.get('specversion');
  if (specversion === undefined) {
    throw new SinkError('NotACloudEvent', { facts: { problem: 'specversionMissing' } });
  }
  if (specversion !== '1.0' && specversion !== '0.3') {
    throw invalidAttribute('specversion', 'specversionUnknown');
  }
  attributes.delete('specversion');
  return specversion;
}

function checkAttribute(name: string, value: AttributeValue): void {
  if (!isAttributeName(name)) {
    throw invalidAttribute(name, 'attributeName');
  }
  if (typeof value === 'string' && !isAttributeText(value)) {
    throw invalidAttribute(name, 'attributeCharacters');
  }
}

function takeOptionals(attributes: Attributes, draft: EventDraft): void {
  const datacontenttype = takeText(attributes, 'datacontenttype', mediaType);
  if (datacontenttype !== undefined) {
    draft.datacontenttype = datacontenttype;
  }
  const dataschema = takeSchema(attributes, draft.specversion);
  if (dataschema !== undefined) {
    draft.dataschema = dataschema;
  }
  const subject = takeText(attributes, 'subject');
  if (subject !== undefined) {
    draft.subject = subject;
  }
  const time = takeText(attributes, 'time', timestamp);
  if (time !== undefined) {
    draft.time = time;
  }
}

function takeSource(attributes: Attributes): string {
  return takeRequired(attributes, 'source', uriReference);
}

/**
 * Version 1.0 asks for an absolute URI. Event Grid sends `#`, others a path, and every SDK that reads the attribute takes
 * any reference, so it may be relative as in 0.3.
 */
function takeSchema(attributes: Attributes, specversion: SpecVersion): string | undefined {
  return takeText(attributes, schemaAttributeOf(specversion), uriReference);
}

function takeRequired(attributes: Attributes, name: string, type?: AttributeType): string {
  if (attributes.get(name) === '') {
    throw invalidAttribute(name, 'attributeEmpty');
  }
  const value = takeText(attributes, name, type);
  if (value === undefined) {
    throw invalidAttribute(name, 'attributeMissing');
  }
  return value;
}

/**
 * Takes a context attribute out; every one of them is a string. The empty one counts as absent: senders write it for a
 * field that is not set, as the Go SDK reads it.
 */
export function takeText(attributes: Attributes, name: string, type?: AttributeType): string | undefined {
  const value = attributes.get(name);
  if (value === undefined) {
    return undefined;
  }
  if (typeof value !== 'string') {
    throw invalidAttribute(name, 'attributeNotString');
  }
  if (value !== '' && type?.has(value) === false) {
    throw invalidAttribute(name, type.otherwise);
  }
  attributes.delete(name);
  return value === '' ? undefined : value;
}
