import { expect, test } from '@jest/globals';
import { binaryHeaders, decodeJson, refusalOf, structuredBody } from '../test/events.ts';
import { decodeBatch, decodeHttp } from './index.ts';

const binary = (changes: Record<string, string | undefined>) => () =>
  decodeHttp(binaryHeaders(changes), Buffer.from('canary'));
const structured = (changes: object) => () => decodeJson(structuredBody(changes));
const json = (text: string) => () => decodeJson(text);
const members = '"specversion":"1.0","id":"1","source":"/s","type":"t"';

test.each<[string, () => unknown, string]>([
  ['no id', binary({ 'ce-id': undefined }), 'Attribute "id" is missing. Set it to a non-empty string.'],
  ['an empty id', binary({ 'ce-id': '' }), 'Attribute "id" is empty. Set it to a non-empty string.'],
  ['specversion 2.0', binary({ 'ce-specversion': '2.0' }), 'Attribute "specversion" must be 1.0 or 0.3.'],
  [
    'a time in words',
    binary({ 'ce-time': 'canary' }),
    'Attribute "time" is not an RFC 3339 timestamp, such as 2026-01-02T03:04:05Z.',
  ],
  [
    'a source with a space',
    binary({ 'ce-source': 'canary canary' }),
    'Attribute "source" is not a URI reference (RFC 3986). Percent-encode spaces and other such characters.',
  ],
  [
    'a type in Latin-1',
    binary({ 'ce-type': 'canary\xe9' }),
    'Attribute "type" is not valid UTF-8. Percent-encode the UTF-8 bytes of the value.',
  ],
  [
    'a Content-Type of one word',
    binary({ 'content-type': 'canary' }),
    'Attribute "datacontenttype" is not a media type, such as application/json.',
  ],
  [
    'a name with a dash',
    binary({ 'ce-my-ext': 'canary' }),
    'Attribute "my-ext" has an invalid name. Use lowercase letters and digits only.',
  ],
  [
    'ce-data',
    binary({ 'ce-data': 'canary' }),
    'Attribute "data" cannot be a header. In binary mode, use the body and Content-Type.',
  ],
  [
    'no specversion',
    binary({ 'ce-specversion': undefined }),
    'The request is not a CloudEvent in binary or structured mode. Set ce-specversion, ce-id, ce-source and ce-type, or use the Content-Type application/cloudevents+json.',
  ],
  [
    'a specversion that is missing in JSON',
    json('{"id":"canary"}'),
    'Attribute "specversion" is missing. Set it to 1.0.',
  ],
  ['an id that is a number', structured({ id: 5 }), 'Attribute "id" is not a string.'],
  [
    'an extension that is an object',
    structured({ ext: { canary: 1 } }),
    'Attribute "ext" is an object or an array. Use a string, a boolean or a 32-bit integer.',
  ],
  [
    'an extension that is a fraction',
    structured({ ext: 1.5 }),
    'Attribute "ext" is a number but not a 32-bit integer. Use a string instead.',
  ],
  [
    'a name that is free text',
    structured({ 'canary <b>': 'x' }),
    'An attribute has an invalid name. Use lowercase letters and digits only.',
  ],
  [
    'an id that is there twice',
    json(`{${members},"id":"canary"}`),
    'Attribute "id" is present twice. Set it once.',
  ],
  [
    'two kinds of data',
    structured({ data: 'canary', data_base64: '' }),
    'The event has both data and data_base64. Set one of them.',
  ],
  [
    'data that is no base64',
    structured({ data_base64: 'canary' }),
    'The data is not valid base64. Use the standard alphabet with padding.',
  ],
  [
    'broken JSON',
    json(`{${members},"data":canary}`),
    'The JSON is invalid, or nested too deep, in the member at byte 55.',
  ],
  ['something behind it', json(`{${members}}canary`), 'Unexpected content follows the JSON at byte 55.'],
  [
    'a bad event in a batch',
    () =>
      decodeBatch(Buffer.from(`[{${members}},{${members.replace('"1"', '""')}}]`), {
        ...{ maxEvents: 10, maxEventBytes: 1_000 },
      }),
    'Batch index 1: Attribute "id" is empty. Set it to a non-empty string.',
  ],
  [
    'too many events in a batch',
    () => decodeBatch(Buffer.from(`[{${members}},{`), { maxEvents: 1, maxEventBytes: 1_000 }),
    'Batch index 1: The batch has more than 1 events. Send smaller batches.',
  ],
])('a sender is told about %s, by name and place and never by value', (_what, act, message) => {
  const refusal = refusalOf(act);
  expect(refusal.message).toBe(message);
  expect(refusal.message).not.toContain('canary');
});
