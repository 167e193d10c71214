import { describe, expect, test } from '@jest/globals';
import { binaryHeaders, decodeJson, jsonShapes } from '../test/events.ts';
import { decodeHttp, encodeEventJson, type CloudEvent } from './index.ts';

const head = '{"specversion":"1.0","id":"1","source":"/s","type":"t"';

function jsonOf(
  contentType: string | undefined,
  body: Buffer | string,
  more: Record<string, string> = {},
): string {
  const headers = binaryHeaders({ 'content-type': contentType, ...more });
  return encodeEventJson(decodeHttp(headers, Buffer.from(body))).toString('utf8');
}

/** What stands behind the attributes. */
function dataPart(contentType: string | undefined, body: Buffer | string): string {
  const type = contentType === undefined ? '' : `,"datacontenttype":${JSON.stringify(contentType)}`;
  const json = jsonOf(contentType, body);
  expect(json.startsWith(head + type)).toBe(true);
  return json.slice((head + type).length + 1, -1);
}

const base64 = (text: string): string => `"data_base64":"${Buffer.from(text).toString('base64')}"`;

describe('the JSON of an event', () => {
  test('is, for the curl command of the user guide, the line that the guide prints', () => {
    const headers = ['Host', 'job-sink', 'User-Agent', 'curl/8', 'Accept', '*/*'].concat(
      ['content-type', 'application/json', 'ce-specversion', '1.0', 'ce-source', 'my/curl/command'],
      ['ce-type', 'my.demo.event', 'ce-id', '123', 'Content-Length', '25'],
    );
    expect(encodeEventJson(decodeHttp(headers, Buffer.from('{"details":"JobSinkDemo"}'))).toString()).toBe(
      '{"specversion":"1.0","id":"123","source":"my/curl/command","type":"my.demo.event","datacontenttype":"application/json","data":{"details":"JobSinkDemo"}}',
    );
  });

  test('has its members in one order, extensions by name and with their types', () => {
    const json = `${head},"datacontenttype":"text/plain","dataschema":"urn:x","subject":"\\"","time":"2020-01-01T00:00:00Z","a":true,"b1":-5,"c":"ü","data":"x"}`;
    const shuffled = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(json) as object).reverse()));
    expect(encodeEventJson(decodeJson(shuffled)).toString()).toBe(json);
  });

  test('has no data member without data, and an empty one for empty data', () => {
    expect(dataPart(undefined, '')).toBe('');
    const empty = (type: string) =>
      encodeEventJson(decodeJson(`${head},"datacontenttype":"${type}","data_base64":""}`)).toString();
    expect(empty('text/plain')).toContain(',"data":""}');
    expect(empty('application/json')).toContain(',"data_base64":""}');
  });

  test.each([
    ['application/json', ' [1,\n2] \n'],
    ['application/json;  CHARSET=Utf-8', 'null'],
    ['text/json', '1e999'],
    ['application/json; charset=utf-8', '"\u2028ü"'],
    ['application/json;charset="UTF-8"', '"\\ud800"'],
    ['application/json', '['.repeat(999) + ']'.repeat(999)],
  ])('splices a payload of type %s byte for byte: %j', (contentType, body) => {
    expect(dataPart(contentType, body)).toBe(`"data":${body}`);
  });

  test.each(jsonShapes)('splices %s that came as a member without a type, byte for byte', (json) => {
    const event = decodeJson(`${head},"data": ${json} }`);
    expect(encodeEventJson(event).toString()).toBe(`${head},"data":${json}}`);
  });

  test.each(jsonShapes)('encodes the bytes %s that came without a type', (json) => {
    expect(dataPart(undefined, json)).toBe(base64(json));
    const encoded = decodeJson(`${head},${base64(json)}}`);
    expect(encodeEventJson(encoded).toString()).toBe(`${head},${base64(json)}}`);
  });

  test.each([
    ['text/plain', 'a "b"\n\\ \u2028 ü 😀 \u0000'],
    ['text/plain; charset=UTF-8; format=flowed', '{"not":"spliced"}'],
    ['Text/HTML', '</script>'],
    ['application/xml', '<a/>'],
    ['application/soap+xml; action="x y"', '<a/>'],
    ['text/plain', '\ufeffmarked'],
  ])('writes a payload of type %s as a string: %j', (contentType, body) => {
    expect(dataPart(contentType, body)).toBe(`"data":${JSON.stringify(body)}`);
  });

  test.each([
    ['no type and no JSON', undefined, 'plain'],
    ['only a claim to be JSON', 'application/json', '{"a":1'],
    ['more than one JSON value', 'application/json', '{} {}'],
    ['a byte order mark before JSON', 'application/json', '\ufeff{}'],
    ['members to forge behind JSON', 'application/json', '1,"id":"forged"'],
    ['an end of the object to forge', 'application/json', '1}{"id":"forged"'],
    ['nesting that readers refuse', 'application/json', '['.repeat(1000) + ']'.repeat(1000)],
    ['another charset of JSON', 'application/json; charset=latin1', '{}'],
    ['another parameter of JSON', 'application/json; a=b', '{}'],
    ['a malformed parameter of JSON', 'application/json;', '{}'],
    ['JSON in capitals, which Go and Java do not know', 'Application/JSON', '{}'],
    ['text/json in capitals', 'TEXT/JSON', '"a"'],
    ['JSON with white space that Java refuses', 'application/json ; charset=utf-8', '{}'],
    ['another JSON type', 'application/vnd.x+json', '{}'],
    ['a JSON type among the text types', 'text/x+json', '"a"'],
    ['another charset of text', 'text/plain; charset=iso-8859-1', 'a'],
    ['a malformed parameter of text', 'text/plain; charset', 'a'],
    ['a parameter of text that comes twice', 'text/plain; a=b; A=c', 'a'],
    ['a type of neither kind', 'application/octet-stream', 'a'],
  ])('encodes a payload with %s', (_what, contentType, body) => {
    expect(dataPart(contentType, body)).toBe(base64(body));
  });

  test.each([[undefined], ['application/json'], ['text/plain'], ['application/xml']])(
    'encodes bytes that are not UTF-8 under the type %s',
    (contentType) => {
      expect(dataPart(contentType, Buffer.from([0x22, 0xff, 0x22]))).toBe('"data_base64":"Iv8i"');
    },
  );
});

describe('the JSON of a 0.3 event', () => {
  const legacy = (event: Partial<CloudEvent>): string =>
    encodeEventJson({
      specversion: '0.3',
      id: '1',
      source: '/s',
      type: 't',
      extensions: new Map(),
      ...event,
    }).toString();
  const legacyHead = '{"specversion":"0.3","id":"1","source":"/s","type":"t"';

  test('keeps schemaurl, and data where it is JSON or text', () => {
    expect(legacy({ dataschema: '/x', data: Buffer.from('{}'), isImpliedJson: true })).toBe(
      `${legacyHead},"schemaurl":"/x","data":{}}`,
    );
    expect(legacy({ datacontenttype: 'text/plain', data: Buffer.from('a') })).toBe(
      `${legacyHead},"datacontenttype":"text/plain","data":"a"}`,
    );
  });

  test('marks bytes without a type as base64', () => {
    expect(legacy({ data: Buffer.from('{}') })).toBe(
      `${legacyHead},"datacontentencoding":"base64","data":"e30="}`,
    );
  });

  test('marks base64 in an attribute', () => {
    const json = legacy({ datacontenttype: 'image/png', data: Buffer.from([0]) });
    expect(json).toBe(
      `${legacyHead},"datacontenttype":"image/png","datacontentencoding":"base64","data":"AA=="}`,
    );
    expect(decodeJson(json).data).toEqual(Buffer.from([0]));
  });
});
