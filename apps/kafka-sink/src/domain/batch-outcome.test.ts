import { describe, expect, test } from '@jest/globals';
import { publicMessage, SinkError, type ErrorCode } from '@event-sinks/errors';
import { batchFailure } from './batch-outcome.ts';

const stored: PromiseSettledResult<void> = { status: 'fulfilled', value: undefined };
const failed = (reason: unknown): PromiseSettledResult<void> => ({ status: 'rejected', reason });
const refused = (...codes: ErrorCode[]) => codes.map((code) => failed(new SinkError(code)));

describe('a batch', () => {
  test('of which every event is stored has no failure, and neither has an empty one', () => {
    expect(batchFailure([stored, stored])).toBeUndefined();
    expect(batchFailure([])).toBeUndefined();
  });

  test.each<[string, PromiseSettledResult<void>[], ErrorCode]>([
    [
      'one event that was not stored makes the answer',
      [stored, ...refused('KafkaUnavailable')],
      'KafkaUnavailable',
    ],
    ['what may be stored later is worth a repetition', refused('EventTooLarge', 'Overloaded'), 'Overloaded'],
    ['503 is graver than 429', refused('Overloaded', 'NotEnoughReplicas', 'Overloaded'), 'NotEnoughReplicas'],
    [
      'only refusals for good are one',
      [stored, ...refused('EventTooLarge', 'EventTooLarge')],
      'EventTooLarge',
    ],
    ['the first of equals counts', refused('TopicNotFound', 'KafkaUnavailable'), 'TopicNotFound'],
    ['a bug is told', [failed(new TypeError('x')), ...refused('EventTooLarge')], 'InternalError'],
  ])('%s', (_name, outcomes, code) => {
    expect(batchFailure(outcomes)?.code).toBe(code);
  });

  test('asks for the longest wait, and says to the log how many were refused', () => {
    const failure = batchFailure([stored, ...refused('KafkaUnavailable', 'TopicNotFound', 'Overloaded')]);
    expect(failure?.retryAfterSeconds).toBe(5);
    expect(failure?.message).toContain('3 of 4 events');
  });

  test('names the first event that was refused so', () => {
    const failure = batchFailure([stored, ...refused('Overloaded', 'TopicNotFound', 'TopicNotFound')]);
    expect(failure && publicMessage(failure)).toMatch(/^Batch index 2: The topic does not exist\./);
  });
});
