import type { RawRequest } from './raw-client.ts';

const path = '/bad/sink';
const good: Readonly<Record<string, string>> = {
  Host: 'sink',
  'ce-specversion': '1.0',
  'ce-type': 't',
  'ce-source': '/bad',
  'ce-id': 'listed',
  'content-type': 'application/json',
};

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request as bytes; header values are latin1, as they are on the wire. */
export function requestBytes({
  line = `POST ${path} HTTP/1.1`,
  headers = {},
  body = '{}',
}: {
  line?: string;
  headers?: Headers;
  body?: string | Buffer;
}): Buffer {
  const bytes = Buffer.from(body);
  const all: Headers = { ...good, 'Content-Length': String(bytes.length), ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    (value === undefined ? [] : [value].flat()).map((each) => `${name}: ${each}\r\n`),
  );
  return Buffer.concat([Buffer.from(`${line}\r\n${lines.join('')}\r\n`, 'latin1'), bytes]);
}

const structured = {
  'content-type': 'application/cloudevents+json',
  'ce-id': undefined,
  'ce-source': undefined,
};
const event = (extra: string): string =>
  `{"specversion":"1.0","id":"listed","source":"/bad","type":"t"${extra}}`;
const chunked = (framing: Headers, text: string): Buffer =>
  requestBytes({
    headers: { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked', ...framing },
    body: text,
  });

const one = (name: string, bytes: Buffer): RawRequest => ({ name, parts: [bytes], answers: 1 });
const withHeaders = (headers: Headers, body?: string | Buffer): Buffer =>
  requestBytes({ headers, ...(body === undefined ? {} : { body }) });
const inJson = (extra: string): Buffer => requestBytes({ headers: structured, body: event(extra) });
const deep = '['.repeat(100_000) + ']'.repeat(100_000);
const mebibyte = Buffer.alloc(1_048_576, 'x');

/** The list of what no sink should ever be sent, and will be. */
export const listedRequests: readonly RawRequest[] = [
  one('header over the cap', withHeaders({ 'x-long': 'x'.repeat(70_000) })),
  one('URI over the cap', requestBytes({ line: `POST /${'x'.repeat(70_000)} HTTP/1.1` })),
  one(
    '1,000 headers',
    withHeaders(Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`x-${n}`, 'y']))),
  ),
  ...['ce-id', 'content-type', 'Host', 'Content-Length', 'ce-specversion'].map((name) =>
    one(`${name} twice`, withHeaders({ [name]: ['1', '2'] })),
  ),
  one('length and chunked', withHeaders({ 'Transfer-Encoding': 'chunked' }, '2\r\n{}\r\n0\r\n\r\n')),
  one('chunked twice', chunked({ 'Transfer-Encoding': 'chunked, chunked' }, '2\r\n{}\r\n0\r\n\r\n')),
  one('folded transfer encoding', chunked({ 'Transfer-Encoding': 'x\r\n chunked' }, '2\r\n{}\r\n0\r\n\r\n')),
  one('chunk size overflow', chunked({}, 'fffffffffffffffff\r\n{}\r\n')),
  one('chunk extensions', chunked({}, `2;${'a=b;'.repeat(8_000)}\r\n{}\r\n0\r\n\r\n`)),
  one(
    'trailers that are attributes',
    chunked({ 'ce-id': undefined }, '2\r\n{}\r\n0\r\nce-id: trailer\r\n\r\n'),
  ),
  one('bare line feeds', Buffer.from(`POST ${path} HTTP/1.1\nHost: sink\nContent-Length: 0\n\n`)),
  ...[
    'CONNECT sink:80',
    'TRACE /bad/sink',
    'PUT /bad/sink',
    'PATCH /bad/sink',
    'DELETE /bad/sink',
    'FOO /bad/sink',
  ].map((line) => one(line, requestBytes({ line: `${line} HTTP/1.1` }))),
  one('HTTP/0.9', Buffer.from('GET /bad/sink\r\n\r\n')),
  one('HTTP/2 preface', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')),
  one('upgrade to h2c', withHeaders({ Connection: 'Upgrade', Upgrade: 'h2c', 'ce-id': undefined })),
  one(
    'upgrade to websocket',
    withHeaders({ Connection: 'Upgrade', Upgrade: 'websocket', 'ce-id': undefined }),
  ),
  one('unknown expectation', withHeaders({ Expect: 'wonders', 'ce-id': undefined })),
  ...['gzip', 'br', 'zstd', 'identity, gzip'].map((encoding) =>
    one(`encoding ${encoding}`, withHeaders({ 'content-encoding': encoding })),
  ),
  ...[
    'application/cloudevents-batch+json',
    'application/cloudevents+avro',
    'APPLICATION/CloudEvents+XML',
    ';',
    'a',
  ].map((type) => one(`type ${type}`, withHeaders({ 'content-type': type, 'ce-specversion': undefined }))),
  ...['', '1.1', '2.0', ' ', '1.0\t1'].map((version) =>
    one(`specversion "${version}"`, withHeaders({ 'ce-specversion': version })),
  ),
  ...['ce-id', 'ce-source', 'ce-type'].flatMap((name) => [
    one(`without ${name}`, withHeaders({ [name]: undefined })),
    one(`empty ${name}`, withHeaders({ [name]: '' })),
    ...['%C0%A0', '\xff\xfe', '%ED%A0%80'].map((value) =>
      one(`${name} of ${JSON.stringify(value)}`, withHeaders({ [name]: value })),
    ),
  ]),
  ...['not a uri reference %', 'http://[', '\\'].map((source) =>
    one(`source ${source}`, withHeaders({ 'ce-source': source })),
  ),
  ...['yesterday', '2026-13-01T00:00:00Z', ' 1'].map((time) =>
    one(`time ${time}`, withHeaders({ 'ce-time': time })),
  ),
  one('an extension with a dash', withHeaders({ 'ce-a-b': 'x', 'ce-id': undefined })),
  ...[
    '{',
    '[]',
    'null',
    '{}',
    '""',
    '\ufeff{}',
    event(',"data":1,"data_base64":"AA=="'),
    `${event('')} x`,
  ].map((body) => one(`structured ${body.slice(0, 30)}`, requestBytes({ headers: structured, body }))),
  one('bad base64', inJson(',"data_base64":"*"')),
  one('data and data_base64', inJson(',"data":{},"data_base64":""')),
  one('an object as extension', inJson(',"ext":{"a":1}')),
  one('deep extension', inJson(`,"ext":${deep}`)),
  one('id twice', inJson(',"id":"2"')),
  one('id as number', requestBytes({ headers: structured, body: event('').replace('"listed"', '1') })),
  one('lone surrogate', inJson(',"subject":"\\ud800"')),
  one(
    'invalid UTF-8 in JSON',
    requestBytes({ headers: structured, body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]) }),
  ),
  one('a body of exactly too much', withHeaders({}, Buffer.alloc(1_048_577, 'x'))),
  ...[
    '/',
    '/bad',
    '/bad/none',
    '/bad/sink/more',
    '/bad%2fsink',
    '/../bad/sink/..',
    '//bad//sink',
    `/bad/${'x'.repeat(300)}`,
  ].map((target) =>
    one(
      `path ${target.slice(0, 40)}`,
      requestBytes({ line: `POST ${target} HTTP/1.1`, headers: { 'ce-id': undefined } }),
    ),
  ),
  one('an absolute target', requestBytes({ line: 'POST http://other/bad/none HTTP/1.1' })),
  {
    name: 'a body without end',
    parts: [
      chunked({}, ''),
      ...Array.from({ length: 8 }, () => [Buffer.from('100000\r\n'), mebibyte, Buffer.from('\r\n')]).flat(),
    ],
    answers: 1,
  },
  { name: 'a body that is cut off', parts: [withHeaders({ 'Content-Length': '100' })], answers: 0 },
  { name: 'headers that are cut off', parts: [Buffer.from(`POST ${path} HTTP/1.1\r\nce-id: `)], answers: 0 },
  { name: 'slow headers', parts: [Buffer.from('POST / HTTP/1.1\r\n')], answers: 1 },
  { name: 'a slow body', parts: [withHeaders({ 'Content-Length': '100' })], answers: 1 },
  {
    name: '100 pipelined, all wrong',
    parts: Array.from({ length: 100 }, () => withHeaders({ 'ce-id': undefined })),
    answers: 100,
  },
];
