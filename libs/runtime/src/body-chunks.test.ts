import { expect, test } from '@jest/globals';
import { BodyChunks } from './body-chunks.ts';

test.each([
  ['no chunk', []],
  ['one chunk', [7]],
  ['large chunks', [5_000, 70_000, 1_024]],
  ['small chunks', Array.from({ length: 10_000 }, (_, index) => 1 + (index % 3))],
  ['small and large chunks in turn', Array.from({ length: 100 }, (_, index) => (index % 2 ? 3_000 : 5))],
])('a body of %s is put together', (_case, sizes) => {
  const body = Buffer.from(
    Array.from({ length: sizes.reduce((sum, size) => sum + size, 0) }, (_, at) => at % 251),
  );
  const chunks = new BodyChunks();
  let at = 0;
  for (const size of sizes) chunks.add(body.subarray(at, (at += size)));
  expect(chunks.length).toBe(body.length);
  expect(chunks.join().equals(body)).toBe(true);
});

test('a million chunks of one byte are kept in a few hundred pieces', () => {
  const chunks = new BodyChunks();
  const byte = Buffer.from('x');
  for (let count = 0; count < 1_000_000; count++) chunks.add(byte);
  expect(chunks.pieces).toBeLessThan(300);
  expect(chunks.join()).toHaveLength(1_000_000);
});
