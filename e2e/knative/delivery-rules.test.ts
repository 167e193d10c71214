import { describe, expect, test } from '@jest/globals';
import { judge, type Answer, type DeliverySpec } from './delivery-rules.ts';
import { durationMs } from './duration.ts';

const now = Date.parse('2025-03-01T10:00:00Z');
const patient: DeliverySpec = { retry: 3, backoffPolicy: 'exponential', backoffDelay: 'PT0.2S' };
const answered = (status: number, more: Partial<Answer> = {}): Answer => ({ status, body: '', ...more });

describe('what follows on an answer', () => {
  test.each<[string, Answer, 'done' | 'retry' | 'failed']>([
    ['200 without a body', answered(200), 'done'],
    ['202 without a body', answered(202), 'done'],
    ['204', answered(204), 'done'],
    ['200 with an event, a reply', answered(200, { body: '{}', isEvent: true }), 'done'],
    ['200 with a body that is no event', answered(200, { body: 'OK' }), 'retry'],
    ['no answer', { body: 'dispatch error: connect ECONNREFUSED' }, 'retry'],
    ...[404, 408, 409, 429, 500, 502, 503, 504, 599].map((status): [string, Answer, 'retry'] => [
      String(status),
      answered(status),
      'retry',
    ]),
    ...[301, 307, 400, 401, 403, 405, 410, 413, 415, 422, 431].map((status): [string, Answer, 'failed'] => [
      String(status),
      answered(status),
      'failed',
    ]),
  ])('%s', (_name, answer, next) => {
    expect(judge(patient, answer, 0, now).next).toBe(next);
  });

  test.each<[string, DeliverySpec, Answer, number, object]>([
    ['the last retry is spent', patient, answered(503, { body: 'full' }), 3, { code: 503, body: 'full' }],
    ['no retry is configured', {}, answered(500), 0, { code: 500, body: '' }],
    [
      'no answer ever came',
      {},
      { body: 'dispatch error: reset' },
      0,
      { code: 500, body: 'dispatch error: reset' },
    ],
    ['a success said something', {}, answered(200, { body: 'OK' }), 0, { code: 502, body: 'OK' }],
    ['the answer is final', patient, answered(400, { body: 'no event' }), 0, { code: 400, body: 'no event' }],
  ])('gives up when %s', (_name, spec, answer, retries, failure) => {
    expect(judge(spec, answer, retries, now)).toEqual({ next: 'failed', failure });
  });
});

describe('the wait before a retry', () => {
  const linear: DeliverySpec = { retry: 9, backoffPolicy: 'linear', backoffDelay: 'PT2S' };
  const exponential: DeliverySpec = { retry: 9, backoffPolicy: 'exponential', backoffDelay: 'PT0.2S' };
  const listening: DeliverySpec = { ...exponential, retryAfterMax: 'PT10S' };
  test.each<[string, DeliverySpec, Answer, number, number]>([
    ['linear: the first at once', linear, answered(500), 0, 0],
    ['linear: the second after the delay', linear, answered(500), 1, 2_000],
    ['linear: the fifth after four delays', linear, answered(500), 4, 8_000],
    ['exponential: the first after the delay', exponential, answered(500), 0, 200],
    ['exponential: the fourth after eight delays', exponential, answered(500), 3, 1_600],
    ['no policy: at once', { retry: 9 }, answered(500), 5, 0],
    [
      'Retry-After is not looked at without retryAfterMax',
      exponential,
      answered(503, { retryAfter: '5' }),
      0,
      200,
    ],
    ['Retry-After of 503 in seconds', listening, answered(503, { retryAfter: '5' }), 0, 5_000],
    ['Retry-After of 429 in seconds', listening, answered(429, { retryAfter: '1' }), 0, 1_000],
    [
      'Retry-After as a date',
      listening,
      answered(429, { retryAfter: 'Sat, 01 Mar 2025 10:00:03 GMT' }),
      0,
      3_000,
    ],
    [
      'Retry-After in the past',
      listening,
      answered(429, { retryAfter: 'Sat, 01 Mar 2025 09:00:00 GMT' }),
      0,
      200,
    ],
    ['Retry-After that nobody understands', listening, answered(503, { retryAfter: 'soon' }), 0, 200],
    ['Retry-After beyond retryAfterMax', listening, answered(503, { retryAfter: '3600' }), 0, 10_000],
    [
      'retryAfterMax of nothing',
      { ...listening, retryAfterMax: 'PT0S' },
      answered(503, { retryAfter: '5' }),
      0,
      200,
    ],
    ['Retry-After of another status', listening, answered(500, { retryAfter: '5' }), 0, 200],
    ['a backoff that is longer than Retry-After', listening, answered(503, { retryAfter: '1' }), 4, 3_200],
  ])('%s', (_name, spec, answer, retries, waitMs) => {
    expect(judge(spec, answer, retries, now)).toEqual({ next: 'retry', waitMs });
  });
});

describe('a duration', () => {
  test.each([
    ['PT0.2S', 200],
    ['PT1S', 1_000],
    ['PT1M30S', 90_000],
    ['PT2H', 7_200_000],
    ['P1DT1S', 86_401_000],
    ['PT0S', 0],
  ])('%s', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  test.each(['', 'P', 'PT', 'P1Y', '1s', 'PT-1S', 'PT1.5M', 'pt1s'])('is not %j', (text) => {
    expect(() => durationMs(text)).toThrow('is no duration');
  });
});
