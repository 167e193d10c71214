import { describe, expect, test } from '@jest/globals';
import { refusalOf } from '../test/events.ts';
import { decodeBatch } from './index.ts';

const event = (id: string, more = ''): string =>
  `{"specversion":"1.0","id":"${id}","source":"/s","type":"t"${more}}`;
const roomy = { maxEvents: 100, maxEventBytes: 1_000 };
const decode = (text: string, limits = roomy) => decodeBatch(Buffer.from(text), limits);

describe('a batch', () => {
  test('gives its events in order, each with its own bytes', () => {
    const events = decode(` [ ${event('1', ',"data":1.0')} , ${event('2', ',"data_base64":"AA=="')}\n] `);
    expect(events.map(({ id, data }) => [id, data?.toString('latin1')])).toEqual([
      ['1', '1.0'],
      ['2', '\0'],
    ]);
  });

  test('may be empty', () => {
    expect(decode('[ ]')).toEqual([]);
  });

  test.each([
    ['an event that breaks a rule', `[${event('1')},${event('')}]`, 'InvalidAttribute', 'Batch index 1: '],
    ['an element that is no object', `[${event('1')},${event('2')},3]`, 'InvalidJson', 'Batch index 2: '],
    ['a trailing comma', `[${event('1')},]`, 'InvalidJson', 'Batch index 1: '],
    ['a missing comma', `[${event('1')}${event('2')}]`, 'InvalidJson', 'Batch index 0: '],
    ['an open array', `[${event('1')}`, 'InvalidJson', 'Batch index 0: '],
    ['broken JSON', '[{]', 'InvalidJson', 'Batch index 0: '],
    ['data that is not base64', `[${event('1', ',"data_base64":"?"')}]`, 'InvalidData', 'Batch index 0: '],
    ['no specversion', '[{}]', 'NotACloudEvent', 'Batch index 0: '],
    ['one object', event('1'), 'InvalidJson', 'must be one JSON array'],
    ['nothing', '', 'InvalidJson', 'must be one JSON array'],
    ['an open bracket', '[', 'InvalidJson', 'Batch index 0: '],
    ['something after it', '[] x', 'InvalidJson', 'Unexpected content follows'],
  ])('is refused with %s', (_what, body, code, said) => {
    const refusal = refusalOf(() => decode(body));
    expect(refusal.code).toBe(code);
    expect(refusal.message).toContain(said);
  });

  test('is refused when it is not UTF-8', () => {
    expect(refusalOf(() => decodeBatch(Buffer.from([0x5b, 0xff, 0x5d]), roomy)).code).toBe('InvalidJson');
  });

  test('may be as large as its limits, and not larger', () => {
    const [one, two] = [event('1'), event('2')];
    const limits = { maxEvents: 2, maxEventBytes: one.length };
    expect(decode(`[${one}, ${two} ]`, limits)).toHaveLength(2);
    const many = refusalOf(() => decode(`[${one},${two},{`, limits));
    expect(many).toMatchObject({
      code: 'EventTooLarge',
      message: expect.stringContaining('Batch index 2: '),
    });
    const large = refusalOf(() => decode(`[${one},${event('12')}]`, limits));
    expect(large).toMatchObject({
      code: 'EventTooLarge',
      message: expect.stringContaining('Batch index 1: '),
    });
  });
});
