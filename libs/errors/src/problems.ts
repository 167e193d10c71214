/**
 * What exactly is wrong with an event, in our own words. A sender chooses none of this text: what comes from a request goes
 * into the placeholders, and only as a number or as a checked attribute name.
 *
 * `{attribute}` begins a sentence and becomes `Attribute "x"`; `{byte}` and `{limit}` are numbers.
 */
const sentences = {
  specversionMissing: 'Attribute "specversion" is missing. Set it to 1.0.',
  specversionUnknown: '{attribute} must be 1.0 or 0.3.',
  attributeMissing: '{attribute} is missing. Set it to a non-empty string.',
  attributeEmpty: '{attribute} is empty. Set it to a non-empty string.',
  attributeNotString: '{attribute} is not a string.',
  attributeNotUtf8: '{attribute} is not valid UTF-8. Percent-encode the UTF-8 bytes of the value.',
  attributeName: '{attribute} has an invalid name. Use lowercase letters and digits only.',
  attributeCharacters: '{attribute} contains control characters, lone surrogates or noncharacters.',
  attributeNotScalar: '{attribute} is an object or an array. Use a string, a boolean or a 32-bit integer.',
  attributeNotInteger: '{attribute} is a number but not a 32-bit integer. Use a string instead.',
  attributeTwice: '{attribute} is present twice. Set it once.',
  attributeNotAHeader: '{attribute} cannot be a header. In binary mode, use the body and Content-Type.',
  notUriReference:
    '{attribute} is not a URI reference (RFC 3986). Percent-encode spaces and other such characters.',
  notTimestamp: '{attribute} is not an RFC 3339 timestamp, such as 2026-01-02T03:04:05Z.',
  notMediaType: '{attribute} is not a media type, such as application/json.',
  notBase64Encoding: '{attribute} must be base64.',
  dataBase64InOldVersion: '{attribute} is not supported in version 0.3. Use datacontentencoding.',
  headerTwice:
    'Header Content-Type or Content-Encoding is present twice, with different values. Set it once.',
  dataTwice: 'The event has both data and data_base64. Set one of them.',
  dataNotBase64: 'The data is not valid base64. Use the standard alphabet with padding.',
  dataNotString: 'The data must be a JSON string of valid characters, as datacontenttype is not a JSON type.',
  bodyNotUtf8: 'The body is not valid UTF-8.',
  notOneObject: 'An event must be one JSON object.',
  notOneArray: 'A batch must be one JSON array.',
  jsonBroken: 'The JSON is invalid, or nested too deep, in the member at byte {byte}.',
  jsonSeparatorMissing: 'The JSON is invalid at byte {byte}: a comma or a closing bracket is missing.',
  jsonTrailing: 'Unexpected content follows the JSON at byte {byte}.',
  batchTooLong: 'The batch has more than {limit} events. Send smaller batches.',
  eventTooLarge: 'The event has more than {limit} bytes. Send a reference to the data, or raise the limit.',
  bodyTooLarge: 'The body has more than {limit} bytes. Send less data, or raise the limit.',
  eventFileTooLarge: 'The event, as a JSON object, has more than {limit} bytes, the maximum of a Secret.',
  headersTooLarge: 'The request line and headers have more than {limit} bytes. Use structured mode.',
  targetTooLong:
    'The request target is longer than {limit} bytes. Use the URL in status.address of the sink.',
  hostInvalid: 'The request must have exactly one Host header, with a valid host name and port.',
  transferCodingUnknown: 'The only supported Transfer-Encoding is chunked.',
  httpVersionUnsupported: 'Only HTTP/1.0 and HTTP/1.1 are supported.',
} as const satisfies Record<string, string>;

/** The closed set of things that can be wrong with an event or its request. */
export type Problem = keyof typeof sentences;

/** What a refusal knows besides its code. All of it is safe to show to the sender and to log. */
export interface RefusalFacts {
  readonly problem?: Problem;
  /** The name as the sender wrote it; {@link describeFacts} checks and cuts it. */
  readonly attribute?: string;
  /** Place of the event in its batch, counted from 0. */
  readonly index?: number;
  /** Offset in the body. */
  readonly byte?: number;
  /** The limit that was passed, in bytes, or in events for a batch. */
  readonly limit?: number;
}

const maxNameLength = 40;
const safeName = /^[A-Za-z0-9_-]+$/;

/**
 * The name if it is one that may be shown: letters, digits, dashes and underscores, cut to 40. A name of anything else is
 * a sender's free text, and `undefined`.
 */
export function safeAttributeName(name: string | undefined): string | undefined {
  if (name === undefined || !safeName.test(name)) return undefined;
  return name.length > maxNameLength ? `${name.slice(0, maxNameLength)}...` : name;
}

/** One sentence or two about what is wrong; `fallback` when the facts name no problem. */
export function describeFacts(facts: RefusalFacts, fallback: string): string {
  const { problem, index, byte, limit } = facts;
  const name = safeAttributeName(facts.attribute);
  const sentence = problem === undefined ? fallback : sentences[problem];
  const where = index === undefined ? '' : `Batch index ${index}: `;
  return `${where}${sentence}`
    .replace('{attribute}', name === undefined ? 'An attribute' : `Attribute "${name}"`)
    .replace('{byte}', String(byte ?? 'unknown'))
    .replace('{limit}', String(limit ?? 'allowed'));
}

/** Every problem, for documentation and tests. */
export const problems = Object.keys(sentences) as readonly Problem[];
