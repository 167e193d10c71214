import { expect, test } from '@jest/globals';
import { readWarnings } from './warnings.ts';

test.each<[string, string | string[] | undefined, string[]]>([
  ['no header', undefined, []],
  ['one warning', '299 - "unknown field \\"spec.x\\""', ['unknown field "spec.x"']],
  ['several headers', ['299 - "a"', '299 - "b"'], ['a', 'b']],
  ['several warnings in one header', '299 - "a, 299 b", 299 - "c"', ['a, 299 b', 'c']],
  ['the same warning twice', ['299 - "a"', '299 - "a"'], ['a']],
  ['a backslash', '299 - "a\\\\b"', ['a\\b']],
  ['the warning of a cache', '110 proxy "Response is Stale"', []],
  ['text that is no warning', 'hello', []],
])('reads %s', (_name, header, texts) => {
  expect(readWarnings(header)).toEqual(texts);
});

test('keeps a bounded number of warnings of a bounded length', () => {
  const many = Array.from({ length: 100 }, (_, index) => `299 - "${index}${'x'.repeat(10_000)}"`);
  const texts = readWarnings(many);
  expect(texts).toHaveLength(32);
  expect(Math.max(...texts.map((text) => text.length))).toBe(4_096);
});
