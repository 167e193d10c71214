/** A value of the CloudEvents type system as the wire can carry it; a number is a 32-bit signed integer. */
export type AttributeValue = string | number | boolean;

/** The versions of the specification that are taken; an event is written back in the version it came in. */
export type SpecVersion = '1.0' | '0.3';

/** One event, with its attributes as sent (nothing reformatted, nothing added) and its payload as bytes. */
export interface CloudEvent {
  readonly specversion: SpecVersion;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly datacontenttype?: string;
  /** In an event of version 0.3 this is its `schemaurl`, and is written under that name again. */
  readonly dataschema?: string;
  readonly subject?: string;
  /** RFC 3339 text. */
  readonly time?: string;
  readonly extensions: ReadonlyMap<string, AttributeValue>;
  /** The payload's own bytes, possibly a view into the request's body; absent means no data. */
  readonly data?: Buffer;
  /**
   * The payload came as a JSON `data` member without a `datacontenttype`, so its type is `application/json` by
   * implication (JSON format 3.1.2). Bytes that came without a type have none, whatever they look like.
   */
  readonly isImpliedJson?: true;
}

/** An event while it is being put together. */
export type EventDraft = { -readonly [Key in keyof CloudEvent]: CloudEvent[Key] };

/** What version 0.3 calls `dataschema`. In 1.0 the older name is an extension like any other, and vice versa. */
export function schemaAttributeOf(specversion: SpecVersion): 'dataschema' | 'schemaurl' {
  return specversion === '1.0' ? 'dataschema' : 'schemaurl';
}
