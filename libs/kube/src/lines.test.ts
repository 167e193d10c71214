import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readLines } from './lines.ts';

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const size of sizes) {
    yield bytes.subarray(start, start + size);
    start += size;
  }
  await Promise.resolve();
  yield bytes.subarray(start);
}

test('however the bytes are cut, also within a character, the lines are the same', async () => {
  const line = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\n'));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.integer({ min: 0, max: 5 })), async (lines, sizes) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const read: string[] = [];
      for await (const text of readLines(chunked(bytes, sizes))) read.push(text);
      expect(read).toEqual(lines);
    }),
  );
});

test('an end in the middle of a line is an error, after the whole lines', async () => {
  const lines = readLines(chunked(Buffer.from('a\nb'), []));
  await expect(lines.next()).resolves.toEqual({ done: false, value: 'a' });
  await expect(lines.next()).rejects.toThrow('middle of a line');
});
