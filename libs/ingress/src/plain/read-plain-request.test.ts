import { describe, expect, test } from '@jest/globals';
import { readPlainRequest } from './read-plain-request.ts';

const limits = { maxHeadBytes: 200, maxBodyBytes: 10 };
const read = (text: string) => readPlainRequest(Buffer.from(text, 'latin1'), limits);
const plain = (headers: string, body = '{}', line = 'POST /demo/orders HTTP/1.1') =>
  `${line}\r\nHost: sink\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;

describe('a plain request', () => {
  test('is read with its headers as sent', () => {
    const text = plain('Content-Type: text/plain\r\nce-ID:  1 \r\nX:\r\nce-source: caf\xe9\r\n');
    expect(read(text)).toEqual({
      target: '/demo/orders',
      contentType: 'text/plain',
      body: Buffer.from('{}'),
      rawHeaders: [
        ...['Host', 'sink', 'Content-Type', 'text/plain', 'ce-ID', '1', 'X', ''],
        ...['ce-source', 'caf\xe9', 'Content-Length', '2'],
      ],
    });
  });

  test('may have no bytes of body, and say that it keeps the connection', () => {
    expect(read(plain('Connection: Keep-Alive\r\n', ''))).toMatchObject({ body: Buffer.alloc(0) });
  });

  test('keeps the no-break space that is part of a value', () => {
    expect(read(plain('ce-id: \xa01\xa0\r\n'))).toMatchObject({
      rawHeaders: ['Host', 'sink', 'ce-id', '\xa01\xa0', 'Content-Length', '2'],
    });
  });

  test('is incomplete at every byte before its last', () => {
    const text = plain('ce-id: 1\r\n');
    for (let length = 0; length < text.length; length += 1)
      expect([length, read(text.slice(0, length))]).toEqual([length, 'incomplete']);
  });
});

describe('left to others is', () => {
  test.each([
    ['another method', plain('', '', 'PUT /demo/orders HTTP/1.1')],
    ['another version', plain('', '', 'POST /demo/orders HTTP/1.0')],
    ['an absolute target', plain('', '', 'POST http://sink/demo/orders HTTP/1.1')],
    ['a target with a query', plain('', '', 'POST /demo/orders?a=b HTTP/1.1')],
    ['a target with escapes', plain('', '', 'POST /demo/%6frders HTTP/1.1')],
    ['a target of one part', plain('', '', 'POST /readyz HTTP/1.1')],
    ['two spaces in the request line', plain('', '', 'POST  /demo/orders HTTP/1.1')],
    ['a body in chunks', plain('Transfer-Encoding: chunked\r\n')],
    ['an expectation', plain('Expect: 100-continue\r\n')],
    ['an upgrade', plain('Upgrade: h2c\r\n')],
    ['a connection that is to close', plain('Connection: close\r\n')],
    ['a header of the connection alone', plain('Connection: ce-id\r\n')],
    ['a proxy header', plain('Proxy-Connection: keep-alive\r\n')],
    ['a probe', plain('K-Network-Probe: probe\r\n')],
    ['a Host that is none', plain('').replace('Host: sink', 'Host: a/b?c')],
    ['a second Host', plain('host: sink\r\n')],
    ['no Host', plain('').replace('Host: sink\r\n', '')],
    ['a second length', plain('Content-Length: 2\r\n')],
    ['no length', plain('').replace('Content-Length: 2', 'X: 2')],
    ['a length with a sign', plain('').replace('Length: 2', 'Length: +2')],
    ['a length in hex', plain('').replace('Length: 2', 'Length: 0x2')],
    ['a length with a leading zero', plain('').replace('Length: 2', 'Length: 02')],
    ['a list of lengths', plain('').replace('Length: 2', 'Length: 2, 2')],
    ['a folded header', plain('ce-id: 1\r\n 2\r\n')],
    ['white space before the colon', plain('ce-id : 1\r\n')],
    ['a header without a name', plain(': 1\r\n')],
    ['a header without a colon', plain('ce-id\r\n')],
    ['a tab', plain('ce-id:\t1\r\n')],
    ['a bare line feed', plain('ce-id: 1\nce-type: t\r\n')],
    ['a bare carriage return', plain('ce-id: 1\rce-type: t\r\n')],
    ['a NUL', plain('ce-id: \0\r\n')],
    ['a DEL', plain('ce-id: \x7f\r\n')],
    ['a name beyond ASCII', plain('ce-\xe9: 1\r\n')],
    ['a head over the limit', plain(`x: ${'y'.repeat(200)}\r\n`)],
    ['a head over the limit without an end', `POST /demo/${'x'.repeat(200)}`],
    ['a body over the limit', plain('', 'x'.repeat(11))],
    ['a request behind it', `${plain('')}P`],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n'],
    ['a TLS handshake', '\x16\x03\x01'],
    ['an empty line before it', `\r\n${plain('')}`],
  ])('%s', (_what, text) => {
    expect(read(text)).toBe('other');
  });
});
