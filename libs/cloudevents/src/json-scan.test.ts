import { isUtf8 } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isOneJsonValue, maxDataDepth } from './json-scan.ts';

function accepts(text: string | Buffer): boolean {
  return isOneJsonValue(Buffer.from(text), maxDataDepth);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const wellFormed = [
  ...['0', '-0', '1.5e+10', '1E5', '1e999', '9007199254740993', 'true', 'false', 'null', '""', '"\\u00e9"'],
  ...['[]', '{}', ' [ ] ', '[1,[2,{"a":[]}],3]', '{"a":1,"a":2}', '\t{ "a" : [ { } , 1 ] }\r\n', '"\\ud800"'],
  ...['"\u2028\u007f"', '"\\"\\\\\\/\\b\\f\\n\\r\\t"'],
];
const broken = [
  ...['', ' ', '01', '-', '+1', '1.', '.5', '1e', '1e+', '0x1', 'tru', 'nul', 'truex', 'NaN', 'True'],
  ...['"', '"\\', '"\\u12', '"\\u12g4"', '"\\x"', '"\n"', '"\u0000"', "'a'", '\ufeff1', '\u00a01'],
  ...['[', '[1', '[1,', '[1,]', '[,1]', '[,]', '[1 2]', '[1}', ']', '[]]', '1 2', '1,'],
  ...[
    '{',
    '{"a"',
    '{"a":',
    '{"a":}',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{"a":1,"b":}',
    '{,}',
    '{a:1}',
    '{1:1}',
  ],
  ...['{"a" 1}', '{"a":1]', '{"a"}', '{}}', '{"a":1 "b":2}', '{"a":1,,"b":2}', '[1]//', '/**/1'],
];

describe('the JSON scanner', () => {
  test.each(wellFormed)('takes %j', (text) => {
    expect([accepts(text), parses(text)]).toEqual([true, true]);
  });

  test.each(broken)('refuses %j', (text) => {
    expect([accepts(text), parses(text)]).toEqual([false, false]);
  });

  test('agrees with JSON.parse on JSON that was damaged in one place', () => {
    const damaged = fc
      .tuple(
        fc.json({ maxDepth: 4 }),
        fc.nat(),
        fc.constantFrom(...Array.from('[]{},:"\\-+.eEu019tfn \n\u0001')),
        fc.nat(2),
      )
      .map(([json, at, piece, cut]) => {
        const place = at % (json.length + 1);
        return json.slice(0, place) + piece + json.slice(place + cut);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        expect(accepts(text)).toBe(parses(text));
      }),
      { numRuns: 3000 },
    );
  });

  test('agrees with JSON.parse on text made of what JSON is made of', () => {
    const soup = fc
      .array(fc.constantFrom('[', ']', '{', '}', ',', ':', '"a"', '1', '-0.5e1', 'null', ' '), {
        maxLength: 9,
      })
      .map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(soup, (text) => {
        expect(accepts(text)).toBe(parses(text));
      }),
      { numRuns: 5000 },
    );
  });

  test('agrees with JSON.parse on arbitrary bytes, as far as they are UTF-8', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const body = Buffer.from(bytes);
        const accepted = accepts(body);
        expect(accepted).toBe(isUtf8(body) ? parses(body.toString('utf8')) : accepted);
      }),
    );
  });

  test.each([
    ['[', ']'],
    ['{"a":', '}'],
  ])('takes %s to the limit of nesting and not beyond', (open, close) => {
    const nested = (depth: number): string => `${open.repeat(depth)}1${close.repeat(depth)}`;
    expect(accepts(nested(maxDataDepth))).toBe(true);
    expect(accepts(nested(maxDataDepth + 1))).toBe(false);
    expect(accepts(nested(100_000))).toBe(false);
    expect(accepts('['.repeat(maxDataDepth + 1) + ']'.repeat(maxDataDepth + 1))).toBe(false);
    expect(accepts(open.repeat(1_000_000))).toBe(false);
  });
});
