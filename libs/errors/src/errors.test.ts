import { describe, expect, test } from '@jest/globals';
import {
  errorTable,
  isRetriedBySenders,
  problems,
  publicMessage,
  SinkError,
  toSinkError,
  type ErrorCode,
  type RefusalFacts,
} from './index.ts';

const codes = Object.keys(errorTable) as ErrorCode[];

describe('the error table', () => {
  test.each(codes)('%s has a message and a remedy that fit into one line of 256 bytes', (code) => {
    const { message, remedy } = errorTable[code];
    expect(publicMessage(new SinkError(code))).toBe(`${message} ${remedy}`);
    for (const text of [message, remedy]) expect(text).toMatch(/^[A-Z][ -~]*\.$/);
  });

  test.each(codes)('%s tells how long to wait exactly when its status is 429 or 503', (code) => {
    const { status, retryAfterSeconds } = errorTable[code];
    expect(retryAfterSeconds !== undefined).toBe(status === 429 || status === 503);
  });

  test('what can never be accepted is not retried, what can is', () => {
    expect(isRetriedBySenders(errorTable.EventTooLarge.status)).toBe(false);
    expect(isRetriedBySenders(errorTable.NotACloudEvent.status)).toBe(false);
    expect(isRetriedBySenders(errorTable.SinkNotFound.status)).toBe(true);
    expect(isRetriedBySenders(errorTable.TopicNotFound.status)).toBe(true);
  });
});

describe('the public message', () => {
  const said = (facts: RefusalFacts) => publicMessage(new SinkError('InvalidAttribute', { facts }));
  const longest = { attribute: 'x'.repeat(9_999), index: 2 ** 31, byte: 2 ** 31, limit: 2 ** 31 };

  test.each(problems)('of %s is one whole line of 256 bytes at most, whatever its facts', (problem) => {
    const text = said({ ...longest, problem });
    expect(text).toMatch(/^[ -~]{1,256}$/);
    expect(text).toMatch(/\.$/);
    expect(text + said({ problem })).not.toMatch(/[{}]/);
  });

  test('names the attribute and the index in the batch', () => {
    expect(said({ problem: 'attributeMissing', attribute: 'id', index: 3 })).toBe(
      'Batch index 3: Attribute "id" is missing. Set it to a non-empty string.',
    );
  });

  test.each([
    ['my-ext', 'Attribute "my-ext" is present'],
    ['x'.repeat(41), `Attribute "${'x'.repeat(40)}..." is present`],
    ['', 'An attribute is present'],
    ['a b', 'An attribute is present'],
    ['<script>', 'An attribute is present'],
    ['a\r\nX-Forged: 1', 'An attribute is present'],
    ['\u0430', 'An attribute is present'],
    ['$&', 'An attribute is present'],
    ['{limit}', 'An attribute is present'],
  ])('shows the name %j only as far as it is safe', (attribute, start) => {
    expect(said({ problem: 'attributeTwice', attribute }).startsWith(start)).toBe(true);
  });

  test('has neither the detail nor the cause', () => {
    const error = new SinkError('QuotaExhausted', { detail: 'canary', cause: new Error('canary') });
    expect(publicMessage(error)).not.toContain('canary');
  });
});

describe('toSinkError', () => {
  test('finds the code behind wrapping errors', () => {
    const inner = new SinkError('TopicNotFound');
    expect(toSinkError(new Error('outer', { cause: new Error('middle', { cause: inner }) }))).toBe(inner);
  });

  test('anything without a code of ours is an internal error that keeps its cause', () => {
    const odd = Object.assign(new Error('socket'), { code: 'ECONNRESET' });
    expect(toSinkError(odd)).toMatchObject({ code: 'InternalError', status: 500, cause: odd });
    expect(toSinkError('text')).toMatchObject({ code: 'InternalError', cause: 'text' });
  });

  test('a default wait can be overridden with what the backend said', () => {
    expect(new SinkError('BackendThrottled').retryAfterSeconds).toBe(1);
    expect(new SinkError('BackendThrottled', { retryAfterSeconds: 7 }).retryAfterSeconds).toBe(7);
  });
});
