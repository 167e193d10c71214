import { expect, test } from '@jest/globals';
import { contentModeOf } from './index.ts';

test.each([
  [undefined, 'binary'],
  ['', 'binary'],
  ['application/json', 'binary'],
  ['application/cloud', 'binary'],
  ['application/cloudevents+json', 'structured'],
  ['Application/CloudEvents+JSON ; charset=latin1', 'structured'],
  ['application/cloudevents-batch+json;a=b', 'batch'],
  ['application/cloudevents+avro', 'unsupported'],
  ['application/cloudevents+protobuf', 'unsupported'],
  ['application/cloudevents+xml', 'unsupported'],
  ['application/cloudevents', 'unsupported'],
  ['application/cloudevents-batch+xml', 'unsupported'],
])('a Content-Type of %j announces %s mode', (contentType, mode) => {
  expect(contentModeOf(contentType)).toBe(mode);
});
