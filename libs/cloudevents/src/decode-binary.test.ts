import { describe, expect, test } from '@jest/globals';
import { binaryHeaders, refusalOf } from '../test/events.ts';
import { decodeHttp } from './index.ts';

const noBody = Buffer.alloc(0);
const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

function subjectFrom(raw: string): string | undefined {
  return decodeHttp(binaryHeaders({ 'ce-subject': raw }), noBody).subject;
}

describe('an event in binary mode', () => {
  test('keeps every attribute as sent and the body itself as data', () => {
    const body = Buffer.from('{"a": 9007199254740993}');
    const headers = binaryHeaders({
      'CE-Time': '2020-02-29T23:59:60.120+14:00',
      'ce-dataschema': 'urn:x:y',
      'Ce-Subject': 'sub',
      'content-type': 'Application/JSON; charset=UTF-8',
      'ce-Constructor': 'legal',
      'ce-empty': '',
      'x-ce-other': 'no',
    });
    const event = decodeHttp(headers, body);
    expect(event).toEqual({
      specversion: '1.0',
      id: '1',
      source: '/s',
      type: 't',
      time: '2020-02-29T23:59:60.120+14:00',
      dataschema: 'urn:x:y',
      subject: 'sub',
      datacontenttype: 'Application/JSON; charset=UTF-8',
      extensions: new Map([
        ['constructor', 'legal'],
        ['empty', ''],
      ]),
      data: body,
    });
    expect(event.data).toBe(body);
  });

  test('has no data when the body is empty, and no type when Content-Type is', () => {
    const event = decodeHttp(binaryHeaders({ 'content-type': '' }), noBody);
    expect('data' in event).toBe(false);
    expect('datacontenttype' in event).toBe(false);
  });

  test('may leave optional attributes empty, which is to have none', () => {
    const empty = { 'ce-subject': '', 'ce-time': '', 'ce-dataschema': '', 'content-type': '' };
    expect(decodeHttp(binaryHeaders(empty), noBody)).toEqual(decodeHttp(binaryHeaders(), noBody));
  });

  test.each(['#', '/relative', 'a/b?c#d', 'urn:x'])('keeps a dataschema of %s', (dataschema) => {
    expect(decodeHttp(binaryHeaders({ 'ce-dataschema': dataschema }), noBody)).toMatchObject({ dataschema });
  });

  test.each([
    ['plain text', 'a b', 'a b'],
    ['percent-encoding', 'Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['lower-case hex', '%e2%82%ac', '€'],
    ['one round of percent-decoding only', '%2541', '%41'],
    ['percent signs that encode nothing', '%zz 100% %4', '%zz 100% %4'],
    ['a percent sign before an encoded one', '%%41', '%A'],
    ['raw UTF-8 bytes', latin1('grüße €'), 'grüße €'],
    ['a quoted string', '"a \\"b\\" \\\\c"', 'a "b" \\c'],
    ['a quoted string with percent-encoding', '"%41 b"', 'A b'],
    ['quotes inside', 'a "b"', 'a "b"'],
    ['two quoted strings', '"a" "b"', '"a" "b"'],
    ['an open quote', '"a', '"a'],
    ['a quote closed by an escape', '"a\\"', '"a\\"'],
    ['encoded quotes', '%22a%22', '"a"'],
  ])('decodes a header with %s', (_what, raw, value) => {
    expect(subjectFrom(raw)).toBe(value);
  });

  test.each([
    ['an overlong encoding', '%C0%A0'],
    ['an encoded surrogate', '%ED%A0%80'],
    ['a raw Latin-1 byte', 'gr\u00fc\u00dfe'],
    ['half a character', '%E2%82'],
    ['NUL', 'a%00'],
    ['a control character', '%C2%85'],
    ['DEL', '%7F'],
    ['a noncharacter', '%EF%BF%BF'],
    ['a noncharacter of another plane', '%F0%9F%BF%BE'],
  ])('is refused with %s in an attribute', (_what, raw) => {
    expect(refusalOf(() => subjectFrom(raw)).code).toBe('InvalidAttribute');
  });

  test.each([
    ['no specversion', { 'ce-specversion': undefined }, 'NotACloudEvent'],
    ['an empty specversion', { 'ce-specversion': '' }, 'InvalidAttribute'],
    ['specversion 1.1', { 'ce-specversion': '1.1' }, 'InvalidAttribute'],
    ['specversion 2.0', { 'ce-specversion': '2.0' }, 'InvalidAttribute'],
    ['no id', { 'ce-id': undefined }, 'InvalidAttribute'],
    ['an empty id', { 'ce-id': '' }, 'InvalidAttribute'],
    ['no source', { 'ce-source': undefined }, 'InvalidAttribute'],
    ['no type', { 'ce-type': undefined }, 'InvalidAttribute'],
    ['an extension name with a dash', { 'ce-a-b': 'x' }, 'InvalidAttribute'],
    ['an extension name with an underscore', { 'ce-__proto__': 'x' }, 'InvalidAttribute'],
    ['an extension without a name', { 'ce-': 'x' }, 'InvalidAttribute'],
    ['ce-data', { 'ce-data': 'x' }, 'InvalidAttribute'],
    ['ce-data_base64', { 'ce-data_base64': 'eA==' }, 'InvalidAttribute'],
    ['ce-datacontenttype', { 'ce-datacontenttype': 'text/plain' }, 'InvalidAttribute'],
    ['a Content-Type that is none', { 'content-type': 'json' }, 'InvalidAttribute'],
    ['a Content-Type beyond ASCII', { 'content-type': 'text/plain; a=\u00e9' }, 'InvalidAttribute'],
    ['a dataschema that no SDK can parse', { 'ce-dataschema': 'a b' }, 'InvalidAttribute'],
    ['gzip', { 'content-encoding': 'gzip' }, 'UnsupportedContentEncoding'],
    ['a list of encodings', { 'content-encoding': 'identity, br' }, 'UnsupportedContentEncoding'],
    ['a batch', { 'content-type': 'application/cloudevents-batch+json' }, 'UnsupportedContentMode'],
    ['avro', { 'content-type': 'application/cloudevents+avro' }, 'UnsupportedContentMode'],
    ['the identity encoding', { 'content-encoding': 'Identity' }, 'accepted'],
  ])('with %s', (_what, changes, code) => {
    expect(refusalOf(() => decodeHttp(binaryHeaders(changes), noBody)).code).toBe(code);
  });

  test.each([
    ['ce-id', '1', 'CE-ID', '2', 'InvalidAttribute'],
    ['ce-x', 'a', 'Ce-X', 'a', 'accepted'],
    ['content-type', 'text/plain', 'Content-Type', 'text/html', 'InvalidAttribute'],
    ['content-type', 'text/plain', 'Content-Type', 'text/plain', 'accepted'],
    ['content-encoding', 'identity', 'Content-Encoding', 'gzip', 'InvalidAttribute'],
  ])('with %s: %s and %s: %s', (first, one, second, other, code) => {
    const headers = [...binaryHeaders({ [first]: one }), second, other];
    expect(refusalOf(() => decodeHttp(headers, noBody)).code).toBe(code);
  });

  test('names a hostile attribute in the refusal without its whole length', () => {
    const { message } = refusalOf(() =>
      decodeHttp(binaryHeaders({ [`ce-${'_'.repeat(9999)}`]: 'x' }), noBody),
    );
    expect(message.length).toBeLessThan(150);
  });

  test('keeps a source whose decoding is no URI, since the Go SDK does not percent-encode', () => {
    const sourceFrom = (raw: string): string =>
      decodeHttp(binaryHeaders({ 'ce-source': raw }), noBody).source;
    expect(sourceFrom('/a%20b')).toBe('/a%20b');
    expect(sourceFrom('/a%2520b')).toBe('/a%20b');
    expect(sourceFrom('/a%2Fb')).toBe('/a/b');
    expect(refusalOf(() => sourceFrom('/a b')).code).toBe('InvalidAttribute');
    expect(refusalOf(() => sourceFrom('%C0%A0')).code).toBe('InvalidAttribute');
  });
});

describe('an event of version 0.3 in binary mode', () => {
  const legacy = (changes: Record<string, string>, body = noBody) =>
    decodeHttp(binaryHeaders({ 'ce-specversion': '0.3', ...changes }), body);

  test('stays 0.3, with schemaurl as its schema and dataschema as an extension', () => {
    expect(legacy({ 'ce-schemaurl': 'relative/x', 'ce-dataschema': 'free text' })).toMatchObject({
      specversion: '0.3',
      dataschema: 'relative/x',
      extensions: new Map([['dataschema', 'free text']]),
    });
  });

  test('has its base64 data decoded', () => {
    const event = legacy({ 'ce-datacontentencoding': 'Base64' }, Buffer.from('AP8='));
    expect(event.data).toEqual(Buffer.from([0, 255]));
    expect(event.extensions.size).toBe(0);
  });

  test('is refused when its base64 is none, or its encoding another one', () => {
    const refused = (encoding: string) =>
      refusalOf(() => legacy({ 'ce-datacontentencoding': encoding }, Buffer.from('AP8'))).code;
    expect(refused('base64')).toBe('InvalidData');
    expect(refused('gzip')).toBe('InvalidAttribute');
  });
});
