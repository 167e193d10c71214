import { describe, expect, test } from '@jest/globals';
import { parseEndOffsets } from './tools.ts';

describe('parseEndOffsets', () => {
  test('reads each partition, also of a topic whose name has a colon', () => {
    expect(parseEndOffsets('a:0:12\na:1:0\n')).toEqual(
      new Map([
        [0, 12],
        [1, 0],
      ]),
    );
    expect(parseEndOffsets('a:b:3:9')).toEqual(new Map([[3, 9]]));
  });

  test('refuses what is not an offset', () => {
    expect(() => parseEndOffsets('Error: no such topic')).toThrow('GetOffsetShell');
  });
});
