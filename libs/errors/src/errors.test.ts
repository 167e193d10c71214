import { describe, expect, test } from '@jest/globals';
import { errorTable, isRetriedBySenders, SinkError, toSinkError, type ErrorCode } from './index.ts';

const codes = Object.keys(errorTable) as ErrorCode[];

describe('the error table', () => {
  test.each(codes)('%s says what happened and what mends it', (code) => {
    expect(errorTable[code].meaning).toMatch(/\.$/);
    expect(errorTable[code].mend).toMatch(/\.$/);
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
