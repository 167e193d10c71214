import { describe, expect, test } from '@jest/globals';
import { binaryHeaders, decodeJson, refusalOf, structuredBody, structuredHeaders } from '../test/events.ts';
import { decodeHttp } from './index.ts';

const minimal = '"specversion":"1.0","id":"1","source":"/s","type":"t"';

function dataOf(members: string): string | undefined {
  return decodeJson(`{${minimal},${members}}`).data?.toString('latin1');
}

describe('an event in structured mode', () => {
  test('keeps attributes with their types, and drops what is null', () => {
    const event = decodeJson(
      structuredBody({
        subject: null,
        int: -2147483648,
        max: 2147483647,
        yes: true,
        no: false,
        text: '',
        constructor: 'c',
      }),
    );
    expect(event.extensions).toEqual(
      new Map<string, unknown>(
        Object.entries({
          int: -2147483648,
          max: 2147483647,
          yes: true,
          no: false,
          text: '',
          constructor: 'c',
        }),
      ),
    );
    expect('subject' in event).toBe(false);
  });

  test('hands the payload on as a view of the body', () => {
    const body = structuredBody({ data: { a: 1 } });
    expect(decodeHttp(structuredHeaders, body).data?.buffer).toBe(body.buffer);
  });

  test('may have white space around it and ce- headers beside it', () => {
    expect(decodeJson(` \r\n\t{ ${minimal} }\n`).id).toBe('1');
    expect(decodeHttp([...structuredHeaders, 'ce-id', 'other'], structuredBody()).id).toBe('1');
  });

  test.each([
    [
      'a JSON value byte for byte',
      '"data" : { "n": 9007199254740993 , "b":1.0, "b":2 } ',
      '{ "n": 9007199254740993 , "b":1.0, "b":2 }',
    ],
    ['a JSON string with its quotes', '"data":"I\'m \\u0061"', '"I\'m \\u0061"'],
    ['an explicit null', '"data":null', 'null'],
    ['a lone surrogate inside JSON', '"data":"\\ud800"', '"\\ud800"'],
    ['a number beyond doubles', '"data":1e999,"datacontenttype":"application/json"', '1e999'],
    ['a value of another +json type', '"datacontenttype":"application/vnd.x+JSON;a=b","data":[1]', '[1]'],
    ['a value of text/json, data first', '"data":[1],"datacontenttype":"Text/JSON; charset=utf-8"', '[1]'],
    ['text as its characters', '"datacontenttype":"text/plain","data":"a\\"\\n\\u0041"', 'a"\nA'],
    ['empty text', '"datacontenttype":"text/plain","data":""', ''],
    ['base64', '"data_base64":"AP8="', '\u0000\u00ff'],
    ['base64 with escapes', '"data_base64":"\\u0041P8="', '\u0000\u00ff'],
    ['base64 of JSON', '"datacontenttype":"application/json","data_base64":"e30="', '{}'],
    ['empty base64', '"data_base64":""', ''],
    ['no data, base64 being null', '"data_base64":null', undefined],
    ['data beside a base64 of null', '"data_base64":null,"data":1', '1'],
    ['base64 beside data of null', '"data_base64":"e30=","data":null', '{}'],
    ['no data, being null under a text type', '"datacontenttype":"text/plain","data":null', undefined],
    ['no data, being null under another type', '"datacontenttype":"image/png","data":null', undefined],
    ['null under a JSON type', '"datacontenttype":"application/json","data":null', 'null'],
  ])('carries %s', (_what, members, data) => {
    expect(dataOf(members)).toBe(data);
  });

  test.each([
    ['both data and data_base64', '"data":1,"data_base64":"AA=="', 'InvalidData'],
    ['base64 without padding', '"data_base64":"AP8"', 'InvalidData'],
    ['base64 with white space', '"data_base64":"AP 8="', 'InvalidData'],
    ['base64 of the URL alphabet', '"data_base64":"__8="', 'InvalidData'],
    ['base64 with stray bits', '"data_base64":"AP9="', 'InvalidData'],
    ['base64 that is a number', '"data_base64":1', 'InvalidData'],
    ['an object as text', '"datacontenttype":"text/plain","data":{}', 'InvalidData'],
    ['a lone surrogate in text', '"datacontenttype":"text/plain","data":"\\ud800"', 'InvalidData'],
    ['a lone surrogate in an attribute', '"x":"\\udc00"', 'InvalidAttribute'],
    ['a control character in an attribute', '"x":"\\u0000"', 'InvalidAttribute'],
    ['a fraction', '"x":1.5', 'InvalidAttribute'],
    ['a whole number with a fraction', '"x":1.0', 'InvalidAttribute'],
    ['an exponent', '"x":1e3', 'InvalidAttribute'],
    ['2 to the power of 31', '"x":2147483648', 'InvalidAttribute'],
    ['less than 32 bits hold', '"x":-2147483649', 'InvalidAttribute'],
    ['2 to the power of 63', '"x":9223372036854775808', 'InvalidAttribute'],
    ['1e999', '"x":1e999', 'InvalidAttribute'],
    ['an object', '"x":{}', 'InvalidAttribute'],
    ['an array', '"x":[]', 'InvalidAttribute'],
    ['__proto__', '"__proto__":"x"', 'InvalidAttribute'],
    ['an upper-case name', '"ID":"x"', 'InvalidAttribute'],
    ['an empty name', '"":"x"', 'InvalidAttribute'],
    ['a name that is there twice', '"id":"2"', 'InvalidAttribute'],
    ['a name that is there twice, once escaped', '"\\u0069d":"1"', 'InvalidAttribute'],
    ['data that is there twice', '"data":1,"data":2', 'InvalidAttribute'],
    ['a subject that is a number', '"subject":1', 'InvalidAttribute'],
    ['a local time', '"time":"2020-01-01T00:00:00"', 'InvalidAttribute'],
    ['a trailing comma', '"x":"y",', 'InvalidJson'],
    ['a broken value', '"x":nul', 'InvalidJson'],
    ['a missing colon', '"x" 1', 'InvalidJson'],
    ['a missing comma', '"x":1 "y":2', 'InvalidJson'],
    ['data nested 100,000 deep', `"data":${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'InvalidJson'],
    ['an attribute nested 100,000 deep', `"x":${'{"a":'.repeat(100_000)}`, 'InvalidJson'],
  ])('is refused with %s', (_what, members, code) => {
    expect(refusalOf(() => dataOf(members)).code).toBe(code);
  });

  test.each([
    ['nothing', '', 'InvalidJson'],
    ['an array', `[{${minimal}}]`, 'InvalidJson'],
    ['a string', '"x"', 'InvalidJson'],
    ['an open object', `{${minimal}`, 'InvalidJson'],
    ['a second object', `{${minimal}}{}`, 'InvalidJson'],
    ['a NUL after it', `{${minimal}}\0`, 'InvalidJson'],
    ['a byte order mark', `\ufeff{${minimal}}`, 'InvalidJson'],
    ['no member', '{}', 'NotACloudEvent'],
    ['a specversion of null', '{"specversion":null}', 'NotACloudEvent'],
    ['a specversion that is a number', '{"specversion":1.0}', 'InvalidAttribute'],
    ['specversion 2.0', '{"specversion":"2.0"}', 'InvalidAttribute'],
    ['an id that is a number', '{"specversion":"1.0","id":1,"source":"/s","type":"t"}', 'InvalidAttribute'],
  ])('is refused as %s', (_what, body, code) => {
    expect(refusalOf(() => decodeJson(body)).code).toBe(code);
  });

  test('is refused when it is not UTF-8', () => {
    const body = Buffer.from(`{${minimal},"x":"\u00ff"}`, 'latin1');
    expect(refusalOf(() => decodeHttp(structuredHeaders, body)).code).toBe('InvalidJson');
  });

  test('takes -0 as the Integer 0', () => {
    expect(Object.is(decodeJson(`{${minimal},"x":-0}`).extensions.get('x'), 0)).toBe(true);
  });
});

describe('the type of JSON data', () => {
  const isImplied = (members: string) => decodeJson(`{${minimal},${members}}`).isImpliedJson;

  test.each([
    ['a JSON member without a type', '"data":"a"', true],
    ['a JSON member of null without a type', '"data":null', true],
    ['a JSON member under an empty type', '"data":1,"datacontenttype":""', true],
    ['a JSON member under a type', '"data":1,"datacontenttype":"application/json"', undefined],
    ['base64', '"data_base64":"e30="', undefined],
    ['base64 beside null', '"data_base64":"e30=","data":null', undefined],
    ['no data', '"x":1', undefined],
  ])('is implied by %s: %s is %s', (_what, members, implied) => {
    expect(isImplied(members)).toBe(implied);
  });

  test('is implied by no bytes in binary mode', () => {
    expect(decodeHttp(binaryHeaders(), Buffer.from('{}'))).not.toHaveProperty('isImpliedJson');
  });
});

describe('an event as Azure Event Grid sends it', () => {
  test('is taken, with a schema of # and data of null', () => {
    const event = decodeJson(
      `{${minimal},"dataschema":"#","subject":"","datacontenttype":"text/plain","data":null}`,
    );
    expect(event).toMatchObject({ dataschema: '#', datacontenttype: 'text/plain' });
    expect(Object.keys(event)).not.toEqual(expect.arrayContaining(['data']));
    expect(event.subject).toBeUndefined();
  });
});

describe('an event of version 0.3 in structured mode', () => {
  const legacy = (members: string) =>
    decodeJson(`{"specversion":"0.3","id":"1","source":"/s","type":"t",${members}}`);

  test('has data marked as base64 decoded, whatever its type', () => {
    const event = legacy('"datacontenttype":"application/json","datacontentencoding":"base64","data":"e30="');
    expect(event.data?.toString()).toBe('{}');
    expect(event.extensions.size).toBe(0);
  });

  test('has data whose type is not implied when it is base64, and none when that is null', () => {
    expect(legacy('"datacontentencoding":"base64","data":"e30="')).not.toHaveProperty('isImpliedJson');
    expect(legacy('"datacontentencoding":"base64","data":null').data).toBeUndefined();
    expect(legacy('"data":{}').isImpliedJson).toBe(true);
  });

  test('knows schemaurl, and not data_base64', () => {
    expect(legacy('"schemaurl":"/x"').dataschema).toBe('/x');
    expect(refusalOf(() => legacy('"data_base64":"AA=="')).code).toBe('InvalidAttribute');
    expect(refusalOf(() => legacy('"datacontentencoding":"base64","data":{}')).code).toBe('InvalidData');
  });

  test('leaves those names to 1.0 as extensions', () => {
    const event = decodeJson(`{${minimal},"schemaurl":"x","datacontentencoding":"gzip"}`);
    expect([...event.extensions.keys()]).toEqual(['schemaurl', 'datacontentencoding']);
  });
});
