import { describe, expect, test } from '@jest/globals';
import { readyFrom, setCondition, type Condition, type ConditionFinding } from './index.ts';

const earlier = '2026-01-01T00:00:00Z';
const now = '2026-01-02T00:00:00Z';

const condition = (type: string, status: Condition['status'], extra: Partial<Condition> = {}): Condition => ({
  type,
  status,
  lastTransitionTime: earlier,
  ...extra,
});

describe('setCondition', () => {
  const cases: [string, Condition[], ConditionFinding, Condition[]][] = [
    [
      'a first finding is added with the time it was made',
      [],
      { type: 'TopicReady', status: 'True' },
      [{ type: 'TopicReady', status: 'True', lastTransitionTime: now }],
    ],
    [
      'a changed status takes the new time',
      [condition('TopicReady', 'True')],
      { type: 'TopicReady', status: 'False', reason: 'TopicNotFound', message: 'It is gone.' },
      [
        {
          type: 'TopicReady',
          status: 'False',
          reason: 'TopicNotFound',
          message: 'It is gone.',
          lastTransitionTime: now,
        },
      ],
    ],
    [
      'a changed reason alone keeps the time',
      [condition('TopicReady', 'False', { reason: 'TopicNotFound', message: 'It is gone.' })],
      { type: 'TopicReady', status: 'False', reason: 'KafkaUnavailable' },
      [condition('TopicReady', 'False', { reason: 'KafkaUnavailable' })],
    ],
    [
      'the same finding again changes nothing',
      [condition('TopicReady', 'False', { reason: 'TopicNotFound' })],
      { type: 'TopicReady', status: 'False', reason: 'TopicNotFound' },
      [condition('TopicReady', 'False', { reason: 'TopicNotFound' })],
    ],
    [
      'a missing time is filled in even when the status stays',
      [{ type: 'TopicReady', status: 'True' }],
      { type: 'TopicReady', status: 'True' },
      [{ type: 'TopicReady', status: 'True', lastTransitionTime: now }],
    ],
    [
      'a severity is kept',
      [],
      { type: 'JobsRunnable', status: 'False', severity: 'Info' },
      [{ type: 'JobsRunnable', status: 'False', severity: 'Info', lastTransitionTime: now }],
    ],
    [
      'the others are kept, sorted by type',
      [condition('TopicReady', 'True'), condition('Addressable', 'True')],
      { type: 'Ready', status: 'True', reason: undefined, message: undefined },
      [
        condition('Addressable', 'True'),
        { type: 'Ready', status: 'True', lastTransitionTime: now },
        condition('TopicReady', 'True'),
      ],
    ],
  ];

  test.each(cases)('%s', (_name, before, finding, after) => {
    const untouched = structuredClone(before);
    expect(setCondition(before, finding, now)).toStrictEqual(after);
    expect(before).toStrictEqual(untouched);
  });
});

describe('readyFrom', () => {
  const dependents = ['Addressable', 'TopicReady', 'DataPlaneAvailable'];
  const cases: [string, Condition[], Partial<ConditionFinding>][] = [
    [
      'True when every dependent is',
      [
        condition('Addressable', 'True'),
        condition('TopicReady', 'True'),
        condition('DataPlaneAvailable', 'True'),
      ],
      { status: 'True' },
    ],
    [
      'the reason and message of a dependent that is False',
      [
        condition('Addressable', 'True'),
        condition('TopicReady', 'False', { reason: 'TopicNotFound', message: 'It is gone.' }),
        condition('DataPlaneAvailable', 'True'),
      ],
      { status: 'False', reason: 'TopicNotFound', message: 'It is gone.' },
    ],
    [
      'False before an Unknown that stands earlier',
      [
        condition('Addressable', 'Unknown', { reason: 'Waiting' }),
        condition('TopicReady', 'True'),
        condition('DataPlaneAvailable', 'False', { reason: 'NoPods' }),
      ],
      { status: 'False', reason: 'NoPods' },
    ],
    [
      'of several that are False, the first in the order of the dependents',
      [
        condition('DataPlaneAvailable', 'False', { reason: 'NoPods' }),
        condition('TopicReady', 'False', { reason: 'TopicNotFound' }),
        condition('Addressable', 'True'),
      ],
      { status: 'False', reason: 'TopicNotFound' },
    ],
    [
      'Unknown while nobody has set a dependent',
      [condition('Addressable', 'True'), condition('TopicReady', 'True')],
      { status: 'Unknown', reason: 'NotYetKnown' },
    ],
    [
      'not swayed by itself or by conditions it does not depend on',
      [
        ...dependents.map((type) => condition(type, 'True')),
        condition('Ready', 'False', { reason: 'Old' }),
        condition('Other', 'False'),
      ],
      { status: 'True' },
    ],
  ];

  test.each(cases)('is %s', (_name, conditions, expected) => {
    expect(readyFrom(conditions, dependents)).toMatchObject({ type: 'Ready', ...expected });
  });
});
