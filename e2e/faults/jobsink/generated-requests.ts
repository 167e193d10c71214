import fc from 'fast-check';
import { requestBytes } from './bad-requests.ts';
import type { RawRequest } from './raw-client.ts';

const hostile = fc.constantFrom(
  ...['', ' ', '%', '%zz', '%00', '%0D%0A', '\x80\xff', '%F0%9F%A6%8A', '../../x', 'a=b,c', '"', '\\', '{}'],
  ...['__proto__', 'constructor', '1e999', '-0', '9223372036854775808', 'null', 'x'.repeat(10_000)],
);
// What HTTP lets stand in a header's value: no control characters but the tab.
const headerText = fc
  .array(
    fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f),
    { maxLength: 40 },
  )
  .map((codes) => String.fromCharCode(...codes));
const value = fc.oneof(hostile, headerText, fc.constant('1'), fc.constant('1.0'), fc.constant('/a'));
const attribute = fc.constantFrom(
  'ce-id',
  'ce-source',
  'ce-type',
  'ce-specversion',
  'ce-time',
  'ce-dataschema',
);
const name = fc.oneof(
  { weight: 4, arbitrary: attribute },
  fc.constantFrom(
    'ce-subject',
    'ce-data',
    'ce-data_base64',
    'ce-a-b',
    'CE-ID',
    'ce-',
    'ce-abcdefghijklmnopqrstuvwxyz',
  ),
  fc.constantFrom(
    'content-type',
    'content-encoding',
    'datacontenttype',
    'traceparent',
    'K-Network-Hash',
    'Expect',
  ),
);
const contentType = fc.constantFrom(
  ...[
    'application/json',
    'text/plain; charset=latin1',
    'application/cloudevents+json',
    'Application/CloudEvents+JSON; x=y',
  ],
  ...[
    'application/cloudevents-batch+json',
    'application/cloudevents+avro',
    'application/octet-stream',
    'image/;',
    '',
  ],
);
const target = fc.oneof(
  { weight: 6, arbitrary: fc.constant('/bad/sink') },
  fc.constantFrom(
    '/bad/sink/',
    '/bad/sink?a=b',
    '/bad/none',
    '/',
    '//',
    '/%2e%2e/%2f',
    '*',
    '/bad/sink#x',
    '/namespaces/bad',
  ),
  fc.webPath(),
);
const method = fc.oneof(
  { weight: 8, arbitrary: fc.constant('POST') },
  fc.constantFrom('GET', 'HEAD', 'PUT', 'OPTIONS', 'DELETE', 'TRACE', 'post', 'M-SEARCH', 'X'),
);
const envelope = fc.record(
  {
    specversion: fc.oneof(fc.constant('1.0'), fc.anything()),
    id: fc.oneof(fc.string(), fc.anything()),
    source: fc.oneof(fc.constant('/g'), fc.string({ unit: 'binary' })),
    type: fc.oneof(fc.constant('t'), fc.anything()),
    data: fc.jsonValue(),
    data_base64: fc.oneof(fc.base64String(), fc.string()),
    time: fc.oneof(fc.string(), fc.anything()),
    ext: fc.anything(),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  fc.json().map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  envelope.map((object) => Buffer.from(asJson(object))),
  envelope.map((object) => Buffer.from(asJson(object).slice(0, -1))),
);
const framing = fc.constantFrom<('length' | 'chunked' | 'both' | 'short' | 'cut' | 'badchunk')[]>(
  ...(['length', 'length', 'length', 'chunked', 'both', 'short', 'cut', 'badchunk'] as const),
);

const generated = fc
  .record({
    method,
    target,
    contentType,
    changes: fc.array(fc.tuple(name, value), { maxLength: 4 }),
    body,
    framing,
  })
  .map(({ method, target, contentType, changes, body, framing }): RawRequest => {
    const headers = { 'ce-id': 'generated', 'content-type': contentType, ...Object.fromEntries(changes) };
    const line = `${method} ${target} HTTP/1.1`;
    const framed = frame(framing, body);
    return {
      name: `${line} ${framing} ${JSON.stringify(headers).slice(0, 300)}`,
      parts: [requestBytes({ line, headers: { ...headers, ...framed.headers }, body: framed.body })],
      answers: framing === 'cut' ? 0 : 1,
    };
  });

/** Requests of which most are wrong in some way; the same seed gives the same ones. */
export function generateRequests(count: number, seed: number): RawRequest[] {
  return fc.sample(generated, { numRuns: count, seed });
}

function frame(kind: string, body: Buffer): { headers: Record<string, string | undefined>; body: Buffer } {
  const size = body.length.toString(16);
  const chunk = Buffer.concat([
    Buffer.from(body.length === 0 ? '' : `${size}\r\n`),
    body,
    Buffer.from(body.length === 0 ? '0\r\n\r\n' : '\r\n0\r\n\r\n'),
  ]);
  switch (kind) {
    case 'chunked':
      return { headers: { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' }, body: chunk };
    case 'both':
      return { headers: { 'Transfer-Encoding': 'chunked' }, body: chunk };
    case 'badchunk':
      return {
        headers: { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' },
        body: Buffer.from(`zz\r\n${body.toString('latin1')}`),
      };
    case 'short':
      return { headers: { 'Content-Length': String(Math.floor(body.length / 2)) }, body };
    case 'cut':
      return { headers: { 'Content-Length': String(body.length + 10) }, body };
    default:
      return { headers: { 'Content-Length': String(body.length) }, body };
  }
}

/** Generated values hold what JSON has no word for, such as functions and bigints. */
function asJson(object: unknown): string {
  const words = (_key: string, each: unknown): unknown => (typeof each === 'bigint' ? String(each) : each);
  return JSON.stringify({ object }, words).slice('{"object":'.length, -1);
}
