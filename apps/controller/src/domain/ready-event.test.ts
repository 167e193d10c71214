import { describe, expect, test } from '@jest/globals';
import type { SinkStatus } from '@event-sinks/crds';
import { readyEvent } from './ready-event.ts';

const status = (ready: 'True' | 'False' | 'Unknown', reason?: string): SinkStatus => ({
  conditions: [{ type: 'Ready', status: ready, ...(reason && { reason, message: `because of ${reason}` }) }],
});

describe('the Event of a change of status', () => {
  test.each([
    [
      'a sink becomes ready',
      undefined,
      status('True'),
      { type: 'Normal', reason: 'Ready', note: 'Events are taken.' },
    ],
    [
      'it is ready again',
      status('False', 'NoReadyPods'),
      status('True'),
      { type: 'Normal', reason: 'Ready', note: 'Events are taken.' },
    ],
    [
      'it stops being ready',
      status('True'),
      status('False', 'NoReadyPods'),
      { type: 'Warning', reason: 'NoReadyPods', note: 'because of NoReadyPods' },
    ],
    [
      'another thing is wrong now',
      status('False', 'NoReadyPods'),
      status('False', 'TopicNotFound'),
      { type: 'Warning', reason: 'TopicNotFound', note: 'because of TopicNotFound' },
    ],
    ['nothing changed', status('False', 'NoReadyPods'), status('False', 'NoReadyPods'), undefined],
    ['it has just been made', undefined, status('False', 'NotServedYet'), undefined],
    ['its topic is being created', undefined, status('False', 'TopicBeingCreated'), undefined],
    ['nothing can be said yet', undefined, status('Unknown', 'SecretNotReadableYet'), undefined],
    [
      'it only has to be served now',
      status('False', 'TopicNotFound'),
      status('False', 'NotServedYet'),
      undefined,
    ],
    [
      'it is wrong from the start',
      undefined,
      status('False', 'SecretNotFound'),
      { type: 'Warning', reason: 'SecretNotFound', note: 'because of SecretNotFound' },
    ],
    [
      'it is found to be wrong a moment later',
      status('Unknown', 'TemplateNotTried'),
      status('False', 'JobTemplateRefused'),
      { type: 'Warning', reason: 'JobTemplateRefused', note: 'because of JobTemplateRefused' },
    ],
    [
      'one that has an address is served no more',
      status('True'),
      { ...status('False', 'NotServedYet'), address: { url: 'http://sink' } },
      { type: 'Warning', reason: 'NotServedYet', note: 'because of NotServedYet' },
    ],
    ['nothing is known', status('True'), {}, undefined],
  ])('%s', (_name, before, after, expected) => {
    expect(readyEvent(before, after)).toEqual(expected);
  });
});
