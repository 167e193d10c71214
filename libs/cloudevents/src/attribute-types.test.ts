import { describe, expect, test } from '@jest/globals';
import { isTimestamp } from './timestamp.ts';
import { isUriReference } from './uri.ts';

describe('a timestamp', () => {
  test.each([
    ...[
      '1985-04-12T23:20:50.52Z',
      '1996-12-19T16:39:57-08:00',
      '1990-12-31T23:59:60Z',
      '2000-02-29t00:00:00z',
    ],
    ...['0000-01-01T00:00:00.123456789123+23:59'],
  ])('can be %s', (text) => {
    expect(isTimestamp(text)).toBe(true);
  });

  test.each([
    ...['', 'now', '2020-01-01', '2020-01-01T00:00:00', '2020-01-01 00:00:00Z', '2020-1-1T00:00:00Z'],
    ...['2020-00-01T00:00:00Z', '2020-13-01T00:00:00Z', '2020-01-00T00:00:00Z', '2020-04-31T00:00:00Z'],
    ...['2019-02-29T00:00:00Z', '1900-02-29T00:00:00Z', '2020-01-01T24:00:00Z', '2020-01-01T00:60:00Z'],
    ...[
      '2020-01-01T00:00:61Z',
      '2020-01-01T00:00:00.Z',
      '2020-01-01T00:00:00+24:00',
      '2020-01-01T00:00:00+00:60',
    ],
    ...['2020-01-01T00:00:00+0000', '2020-01-01T00:00:00Z ', '20200101T000000Z'],
  ])('cannot be %j', (text) => {
    expect(isTimestamp(text)).toBe(false);
  });
});

describe('a URI-reference', () => {
  test.each([
    ...[
      'my/curl/command',
      '/s',
      '#f',
      '?q',
      '//host/x',
      'https://u@[::1]:80/a?b=c:d#e',
      'urn:isbn:1',
      'mailto:a@b',
    ],
    ...['/apis/v1/namespaces/n/kafkasources/k#topic', '/a%20b', '/grüße', './1:2', 'a/b:c'],
  ])('can be %s', (text) => {
    expect(isUriReference(text)).toBe(true);
  });

  test.each([
    ...[
      'a b',
      '<a>',
      'a"b',
      '{a}',
      'a|b',
      'a\\b',
      'a^b',
      'a`b',
      '%',
      '/%4',
      '/%zz',
      ':x',
      '10.0.0.1:8080/x',
      '1a:b',
    ],
  ])('cannot be %j', (text) => {
    expect(isUriReference(text)).toBe(false);
  });
});
